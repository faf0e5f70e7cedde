package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.TestBundles;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that are cut into several by continuation tokens. */
@QuarkusTest
@TestProfile(TokenTest.Keyed.class)
class TokenTest {
    /** With a key and an upsampler. */
    public static class Keyed implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "adm4j.bundle",
                    TestBundles.CONDITIONAL,
                    "adm4j.upsampler",
                    TestBundles.UPSAMPLER,
                    "adm4j.token-key",
                    "a key for nothing but this test",
                    "adm4j.standard.upsampler-steps",
                    "4");
        }
    }

    private static JsonPath post(Map<String, ?> fields) {
        return given().contentType("application/json")
                .body(fields)
                .when()
                .post("/sample")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static String refused(Map<String, ?> fields) {
        return given().contentType("application/json")
                .body(fields)
                .when()
                .post("/sample")
                .then()
                .statusCode(400)
                .extract()
                .path("error");
    }

    @ParameterizedTest
    @CsvSource({
        "ddim, 0, 2, 1",
        "ddim, 0.5, 1, 3",
        "ddpm, 0, 0, 4",
        "ddpm, 0, 2, 7",
        "dpm-solver++, 0, 2, 1",
        "unipc, 0, 1, 3"
    })
    void theImagesAreThoseOfAnUncutRequest(String sampler, String eta, String scale, int maxSteps) {
        Map<String, Object> fields = new HashMap<>(Map.of(
                "label", "boot", "seed", 11, "count", 3, "steps", 6, "sampler", sampler, "classifierScale", scale));
        if (!eta.equals("0")) {
            fields.put("eta", eta);
        }
        JsonPath uncut = post(fields);
        assertNull(uncut.get("continuation"));
        fields.put("maxSteps", maxSteps);
        JsonPath reply = post(fields);
        int parts = 1;
        while (reply.get("continuation") != null) {
            assertNull(reply.get("pictures"));
            assertEquals(Math.min(10, parts * maxSteps), reply.getInt("continuation.step"));
            assertEquals(10, reply.getInt("continuation.steps"));
            assertNotNull(reply.getString("continuation.expires"));
            assertEquals(uncut.getMap("settings"), reply.getMap("settings"));
            reply = post(Map.of("token", reply.getString("continuation.token"), "maxSteps", maxSteps));
            parts++;
        }
        assertEquals((10 + maxSteps - 1) / maxSteps, parts);
        assertEquals(uncut.getList("pictures"), reply.getList("pictures"));
        assertEquals(uncut.getMap("settings"), reply.getMap("settings"));
    }

    @Test
    void aBudgetEndsInATokenThatCanBeContinuedWithoutOne() {
        Map<String, Object> fields = new HashMap<>(Map.of("seed", 3, "count", 4, "steps", 40));
        JsonPath uncut = post(fields);
        fields.put("budgetMs", 1);
        JsonPath reply = post(fields);
        assertNotNull(reply.getString("continuation.token"));
        JsonPath rest = post(Map.of("token", reply.getString("continuation.token")));
        assertEquals(uncut.getList("pictures"), rest.getList("pictures"));
    }

    @Test
    void whatIsNoTokenOfOursIsRefusedInOneSentence() {
        String token = post(Map.of("seed", 1, "steps", 4, "maxSteps", 2)).getString("continuation.token");
        String notOurs = "The token was not written by this function, or was changed: send it as it was given.";
        for (String wrong :
                new String[] {"", "x", "%%%", token.substring(0, 40), token.substring(0, token.length() - 4)}) {
            assertEquals(notOurs, refused(Map.of("token", wrong)));
        }
        for (int at = 2; at < token.length(); at += 97) {
            char other = token.charAt(at) == 'A' ? 'B' : 'A';
            assertEquals(notOurs, refused(Map.of("token", token.substring(0, at) + other + token.substring(at + 1))));
        }
        assertTrue(refused(Map.of("token", "Aw" + token.substring(2))).startsWith("The token is of version 3"));
        assertEquals(
                "steps must be left out: the token says what is sampled.", refused(Map.of("token", token, "steps", 4)));
        assertEquals(
                "There is no field 'colour'",
                refused(Map.of("token", token, "colour", 4)).substring(0, 26));
        String get = given().when()
                .get("/sample?token=" + token.substring(0, 100))
                .then()
                .statusCode(400)
                .extract()
                .path("error");
        assertEquals("token must be in the JSON body of a POST: it is too long for a query.", get);
    }

    @Test
    void answersThatHoldImagesAloneAreNotSuspended() {
        String error = given().when()
                .get("/sample.png?maxSteps=2")
                .then()
                .statusCode(400)
                .extract()
                .path("error");
        assertEquals("maxSteps must be left out here: this answer has no place for a token; use /sample.", error);
    }
}
