package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.Pixels;
import io.adm4j.function.TestBundles;
import io.adm4j.io.Sha256;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The function with an upsampler behind the bundle. */
@QuarkusTest
@TestProfile(UpsamplerTest.Cascade.class)
class UpsamplerTest {
    /** Small batches, so that the images of a request are in several. */
    public static class Cascade implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "adm4j.bundle",
                    TestBundles.CONDITIONAL,
                    "adm4j.upsampler",
                    TestBundles.UPSAMPLER,
                    "adm4j.batch-size",
                    "3",
                    "adm4j.standard.upsampler-steps",
                    "4");
        }
    }

    private static JsonPath get(String query) {
        return given().when()
                .get("/sample?" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static Pixels image(JsonPath reply, int i) {
        return Pixels.ofBase64(reply.getString("pictures[" + i + "].png"));
    }

    @Test
    void imagesAreUpsampledUnlessTheRequestSaysNo() {
        JsonPath large = get("label=boot&seed=7&steps=2");
        assertEquals(64, image(large, 0).width());
        assertEquals(64, image(large, 0).height());
        assertEquals(
                Map.of("bundle", "test-32-64", "steps", "4", "sampler", "ddim", "eta", 0f, "classifierScale", 0f),
                large.getMap("settings.upsampling"));
        assertEquals(9, large.getInt("pictures[0].label"));
        given().when()
                .get("/sample?label=boot&seed=7&steps=2&upsample=false")
                .then()
                .statusCode(200)
                .body("settings.upsampling", nullValue());
        assertEquals(
                32, image(get("label=boot&seed=7&steps=2&upsample=false"), 0).width());
        JsonPath post = given().contentType("application/json")
                .body("{\"label\": 9, \"seed\": 7, \"steps\": 2, \"upsample\": true, \"upsamplerSteps\": 4}")
                .when()
                .post("/sample")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        image(large, 0).assertSame(image(post, 0));
    }

    @Test
    void theModelSaysSo() {
        given().when()
                .get("/model")
                .then()
                .statusCode(200)
                .body("imageSize", equalTo(32))
                .body("upsampler.name", equalTo("test-32-64"))
                .body("upsampler.digest", equalTo(Sha256.of(Path.of(TestBundles.UPSAMPLER, "model.json"))))
                .body("upsampler.imageSize", equalTo(64))
                .body("upsampler.hasClassifier", equalTo(false))
                .body("upsampler.defaults.steps", equalTo("4"));
    }

    @Test
    void anImageDependsOnItsOwnSeedAlone() {
        JsonPath many = get("label=2&seed=100&count=7&steps=4");
        for (int i = 0; i < 7; i++) {
            image(many, i).assertSame(image(get("label=2&steps=4&seed=" + (100 + i)), 0));
        }
    }

    @Test
    void everyFieldChangesTheImage() {
        Pixels base = image(get("label=1&seed=1&steps=5&upsamplerSteps=5"), 0);
        for (String other : List.of(
                "label=1&seed=2&steps=5&upsamplerSteps=5",
                "label=8&seed=1&steps=5&upsamplerSteps=5",
                "label=1&seed=1&steps=10&upsamplerSteps=5",
                "label=1&seed=1&steps=5&upsamplerSteps=10",
                "label=1&seed=1&steps=5&upsamplerSteps=5&upsamplerEta=1",
                "label=1&seed=1&steps=5&upsamplerSteps=5&upsamplerSampler=ddpm",
                "label=1&seed=1&steps=5&upsamplerSteps=5&upsamplerThresholding=dynamic&upsamplerThresholdingRatio=0.5",
                "label=1&seed=1&steps=5&upsamplerSteps=5&upsamplerSampler=unipc")) {
            assertTrue(base.differences(image(get(other), 0), 1) > 0, other + " gives the same image");
        }
    }

    @Test
    void filesAndHealthNameIt() {
        byte[] file = given().when()
                .get("/sample.png?count=2&steps=2")
                .then()
                .statusCode(200)
                .header("Adm4j-Upsampler", "test-32-64")
                .extract()
                .asByteArray();
        assertEquals(2 * 64 + 3 * 2, Pixels.of(file).width());
        given().when()
                .get("/sample.png?steps=2&upsample=false")
                .then()
                .statusCode(200)
                .header("Adm4j-Upsampler", nullValue());
        given().when()
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'bundle' }.data.upsampler", equalTo("test-32-64"));
    }

    @Test
    void theSecondStageHasASolverOfItsOwn() {
        String solver = "label=1&seed=1&steps=4&upsamplerSteps=6&upsamplerSampler=dpm-solver%2B%2B";
        Pixels usual = image(raw(solver), 0);
        for (String other :
                List.of("upsamplerSolverOrder=3", "upsamplerSolverMethod=singlestep", "upsamplerSkipType=log-snr")) {
            assertTrue(usual.differences(image(raw(solver + "&" + other), 0), 1) > 0, other + " gives the same image");
        }
        image(raw(solver + "&upsamplerSolverOrder=2&upsamplerSolverMethod=multistep&upsamplerSkipType=time-uniform"), 0)
                .assertSame(usual);
    }

    private static JsonPath raw(String query) {
        return given().urlEncodingEnabled(false)
                .when()
                .get("/sample?" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "upsample=maybe | upsample must be true or false, not 'maybe'.",
                "upsamplerSteps=0 | upsamplerSteps must be from 1 to 250 in all, not 0.",
                "upsamplerSteps=ddim249 | upsamplerSteps must fit the model's process: ",
                "upsamplerSteps=many | upsamplerSteps must be a number such as 25",
                "upsamplerSampler=euler | upsamplerSampler must be one of ddim, ddpm, dpm-solver, dpm-solver++, unipc, not 'euler'.",
                "upsamplerEta=2 | upsamplerEta must be a number from 0 to 1",
                "upsamplerEta=1&upsamplerSampler=ddpm | upsamplerEta must be left out with the sampler ddpm: it belongs to ddim",
                "upsamplerClassifierScale=1 | upsamplerClassifierScale must be 0: the model test-32-64 has no classifier.",
                "upsamplerSolverOrder=3 | upsamplerSolverOrder must be left out with the sampler ddim: it belongs to solvers.",
                "upsamplerSampler=unipc&upsamplerSolverMethod=singlestep | upsamplerSolverMethod must be multistep with the sampler unipc",
                "upsamplerThresholding=hard | upsamplerThresholding must be one of none, static, dynamic, not 'hard'.",
                "upsample=false&upsamplerSkipType=log-snr | upsamplerSkipType must be left out: upsample is false.",
                "upsample=false&upsamplerSteps=3 | upsamplerSteps must be left out: upsample is false.",
            })
    void aWrongFieldIsNamed(String query, String expected) {
        for (String path : new String[] {"/sample?", "/sample.png?"}) {
            String sentence = given().when()
                    .get(path + query)
                    .then()
                    .statusCode(400)
                    .extract()
                    .jsonPath()
                    .getString("error");
            assertTrue(sentence.startsWith(expected) && sentence.endsWith("."), sentence);
        }
    }
}
