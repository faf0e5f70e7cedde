package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.adm4j.function.Pixels;
import io.adm4j.function.TestBundles;
import io.adm4j.io.PngWriter;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A bundle of an unconditional denoiser with its gradient, for DPS. */
@QuarkusTest
@TestProfile(RestoreByGradientTest.WithGradient.class)
class RestoreByGradientTest {
    /** The bundle that has the gradient. */
    public static class WithGradient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("adm4j.bundle", TestBundles.DIFFERENTIABLE, "adm4j.limit.steps", "30");
        }
    }

    private static Map<String, Object> fields(String method, Object... more) {
        byte[] image = new byte[8 * 8 * 3];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (40 + i % 150);
        }
        Map<String, Object> fields = new HashMap<>();
        fields.put("task", "superresolve");
        fields.put("factor", 4);
        fields.put("image", Base64.getEncoder().encodeToString(PngWriter.encode(image, 8, 8, 3)));
        fields.put("method", method);
        fields.put("seed", 1);
        for (int i = 0; i < more.length; i += 2) {
            fields.put(more[i].toString(), more[i + 1]);
        }
        return fields;
    }

    private static JsonPath restored(Map<String, Object> fields) {
        return given().contentType("application/json")
                .body(fields)
                .when()
                .post("/restore")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void eachStepFollowsTheGradient() {
        JsonPath reply = restored(fields("dps", "steps", 6, "scale", 0.5, "count", 2));
        assertEquals("dps", reply.getString("settings.method"));
        assertEquals(List.of(1, 2), reply.getList("pictures.seed"));
        Pixels guided = Pixels.ofBase64(reply.getString("pictures[0].png"));
        guided.assertSame(Pixels.ofBase64(
                restored(fields("dps", "steps", 6, "scale", 0.5)).getString("pictures[0].png")));
        Pixels free =
                Pixels.ofBase64(restored(fields("dps", "steps", 6, "scale", 0)).getString("pictures[0].png"));
        assertFalse(guided.differences(free, 1) == 0, "the measurement has a say");
    }

    /** 100 steps would be usual, and 30 do not divide 1000. */
    @Test
    void theUsualStepsFitTheLimit() {
        assertEquals(25, restored(fields("ddnm")).getInt("settings.steps"));
    }

    @Test
    void fieldsOfTheOtherMethodAndLabelsAreRefused() {
        for (Map.Entry<String, String> wrong : Map.of(
                        "eta", "eta must be left out with the method dps.",
                        "travelRepeat", "travelRepeat must be left out with the method dps.",
                        "label", "label must be left out: this bundle knows no classes.")
                .entrySet()) {
            given().contentType("application/json")
                    .body(fields("dps", "steps", 6, wrong.getKey(), 1))
                    .when()
                    .post("/restore")
                    .then()
                    .statusCode(400)
                    .body("error", equalTo(wrong.getValue()));
        }
        given().contentType("application/json")
                .body(fields("ddnm", "classifierScale", 1))
                .when()
                .post("/restore")
                .then()
                .statusCode(400)
                .body(
                        "error",
                        equalTo("classifierScale must be 0 or left out: the model test-differentiable-32 has no"
                                + " classifier."));
    }
}
