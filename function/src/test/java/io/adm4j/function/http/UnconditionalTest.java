package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.Pixels;
import io.adm4j.function.TestBundles;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The function on an unconditional denoiser, which only its classifier can guide, before a class-conditional upsampler. */
@QuarkusTest
@TestProfile(UnconditionalTest.Unconditional.class)
class UnconditionalTest {
    /** See {@link TestBundles}. */
    public static class Unconditional implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("adm4j.bundle", TestBundles.UNCONDITIONAL, "adm4j.upsampler", TestBundles.UPSAMPLER);
        }
    }

    private static JsonPath get(String query) {
        return given().when()
                .get("/sample?upsample=false&steps=4&" + query)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static Pixels image(JsonPath reply) {
        return Pixels.ofBase64(reply.getString("pictures[0].png"));
    }

    @Test
    void theModelSaysThatOnlyGuidanceKnowsClasses() {
        given().when().get("/model").then().statusCode(200).body("labels", equalTo("guided"));
    }

    @Test
    void guidanceGivesTheClass() {
        JsonPath bag = get("label=bag&seed=1&classifierScale=30");
        assertEquals(8, bag.getInt("pictures[0].label"));
        assertTrue(image(bag).differences(image(get("label=boot&seed=1&classifierScale=30")), 1) > 0);
        assertEquals(List.of(3, 4), get("seed=13&count=2").getList("pictures.label"));
        given().when()
                .get("/sample?label=bag&steps=2&upsamplerSteps=2")
                .then()
                .statusCode(200)
                .body("settings.upsampling.bundle", equalTo("test-32-64"))
                .body("pictures[0].label", equalTo(8));
    }

    @Test
    void withoutGuidanceThereIsNone() {
        given().when()
                .get("/sample?classifierScale=0&seed=3&steps=4&upsample=false")
                .then()
                .statusCode(200)
                .body("pictures[0].label", nullValue())
                .body("pictures[0].className", nullValue());
    }

    /** Over the Open Inference Protocol: all outputs are those that there are, and what is named must be there. */
    @Test
    void withoutGuidanceThereIsNoTensorOfLabels() {
        String request = "{\"inputs\": [], \"parameters\": {\"classifierScale\": 0, \"upsample\": false, \"steps\": 2}";
        given().contentType("application/json")
                .body(request + "}")
                .when()
                .post("/v2/models/test-uncond-32/infer")
                .then()
                .statusCode(200)
                .body("outputs.name", equalTo(List.of("images", "seed")));
        given().contentType("application/json")
                .body(request + ", \"outputs\": [{\"name\": \"label\"}]}")
                .when()
                .post("/v2/models/test-uncond-32/infer")
                .then()
                .statusCode(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "classifierScale=0&label=3&upsample=false | label must be left out where classifierScale is 0",
                "classifierScale=0 | upsample must be false where classifierScale is 0",
                "label=10 | label must be a number from 0 to 9",
            })
    void whatCannotBeIsNamed(String query, String expected) {
        String sentence = given().when()
                .get("/sample?" + query)
                .then()
                .statusCode(400)
                .extract()
                .jsonPath()
                .getString("error");
        assertTrue(sentence.startsWith(expected) && sentence.endsWith("."), sentence);
    }
}
