package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.function.Pixels;
import io.adm4j.function.TestBundles;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A bundle that says how it is sampled. */
@QuarkusTest
@TestProfile(BundleDefaultsTest.Own.class)
class BundleDefaultsTest {
    /** The usual bundle, with defaults. The setting of a scale is the function's own. */
    public static class Own implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("adm4j.bundle", bundle(), "adm4j.standard.classifier-scale", "3");
        }

        private static String bundle() {
            try {
                Path folder = Files.createTempDirectory("adm4j-defaults");
                for (String file : List.of("denoiser.onnx", "classifier-gradient.onnx")) {
                    Files.copy(Path.of(TestBundles.CONDITIONAL, file), folder.resolve(file));
                }
                ObjectMapper json = new ObjectMapper();
                ObjectNode manifest = (ObjectNode) json.readTree(
                        Path.of(TestBundles.CONDITIONAL, "model.json").toFile());
                manifest.putObject("sampling")
                        .put("sampler", "unipc")
                        .put("steps", "6")
                        .put("solverOrder", 3)
                        .put("classifierScale", 7);
                json.writeValue(folder.resolve("model.json").toFile(), manifest);
                return folder.toString();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Pixels image(String query) {
        return Pixels.of(given().urlEncodingEnabled(false)
                .when()
                .get("/sample.png?label=1&seed=1" + query)
                .then()
                .statusCode(200)
                .extract()
                .asByteArray());
    }

    @Test
    void requestsComeFirstThenSettingsThenTheBundle() {
        given().when()
                .get("/sample?label=1&seed=1")
                .then()
                .body("settings.sampler", equalTo("unipc"))
                .body("settings.steps", equalTo("6"))
                .body("settings.classifierScale", equalTo(3f));
        given().when()
                .get("/sample?label=1&seed=1&sampler=ddim&classifierScale=1")
                .then()
                .body("settings.sampler", equalTo("ddim"))
                .body("settings.steps", equalTo("ddim25"))
                .body("settings.classifierScale", equalTo(1f));
        given().when()
                .get("/model")
                .then()
                .body("defaults.sampler", equalTo("unipc"))
                .body("defaults.steps", equalTo("6"));
    }

    @Test
    void theImageIsThatOfTheSettingsWhoeverNamesThem() {
        Pixels usual = image("");
        usual.assertSame(image("&sampler=unipc&steps=6&solverOrder=3&classifierScale=3"));
        assertTrue(usual.differences(image("&solverOrder=2"), 1) > 0);
    }
}
