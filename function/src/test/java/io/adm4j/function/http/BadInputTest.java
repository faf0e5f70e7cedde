package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes of callers: each is one sentence in JSON, and never the server's fault. */
@QuarkusTest
class BadInputTest {
    private static RequestSpecification raw() {
        return given().urlEncodingEnabled(false);
    }

    /** The sentence of an error, after checking that it is just that. */
    private static String sentence(Response response, int status) {
        assertEquals(status, response.statusCode(), response.asString());
        assertTrue(response.contentType().startsWith("application/json"), response.contentType());
        Map<String, Object> body = response.jsonPath().getMap("");
        assertEquals(Set.of("error"), body.keySet());
        String sentence = (String) body.get("error");
        assertTrue(sentence.endsWith("."), sentence);
        assertFalse(sentence.contains("Exception") || sentence.contains("\n") || sentence.contains("\tat "), sentence);
        return sentence;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "label=99               | label must be a number from 0 to 9 or one of the names 0 T-shirt/top, 1 Trouser",
                "label=-1               | label must be a number from 0 to 9",
                "label=99999999999999   | label must be a number from 0 to 9",
                "label=                 | label must be a number from 0 to 9",
                "label=spaceship        | not 'spaceship'.",
                "label=s                | label must mean one class, but 's' fits",
                "seed=abc               | seed must be a whole number from 0 to 9007199254740991, not 'abc'.",
                "seed=-1                | seed must be a whole number",
                "seed=1.5               | seed must be a whole number",
                "seed=99999999999999999999 | seed must be a whole number",
                "seed=                  | seed must be a whole number",
                "count=0                | count must be a whole number from 1 to 100, not '0'.",
                "count=101              | count must be a whole number from 1 to 100",
                "count=4294967297       | count must be a whole number from 1 to 100",
                "steps=0                | steps must be from 1 to 250 in all, not 0.",
                "steps=251              | steps must be from 1 to 250 in all",
                "steps=200%2B51         | steps must be from 1 to 250 in all, not 251.",
                "steps=999999999+999999999+999999999 | steps must be from 1 to 250 in all",
                "steps=many             | steps must be a number such as 25, sections such as 90+60+60+20+20 or an even stride such as ddim25, not 'many'.",
                "steps=90,60,60,20,20   | steps must have their sections joined by +: write 90+60+60+20+20 instead of 90,60,60,20,20.",
                "steps=5,               | steps must be a number",
                "steps=-5               | steps must be a number",
                "steps=ddim             | steps must be a number",
                "steps=999999999999999999999 | steps must be a number",
                "steps=ddim249          | steps must fit the model's process: ",
                "steps=ddim7%2B1         | steps must be a number such as 25",
                "steps=ddim248          | steps must fit the model's process: ",
                "sampler=unipc&solverOrder=3&steps=2 | solverOrder must be at most the number of steps, 2, not 3.",
                "sampler=unipc&solverMethod=singlestep | solverMethod must be multistep with the sampler unipc, which has no other.",
                "solverOrder=3          | solverOrder must be left out with the sampler ddim: it belongs to solvers.",
                "sampler=unipc&solverOrder=x | solverOrder must be 1, 2 or 3, not 'x'.",
                "skipType=cubic         | skipType must be one of time-uniform, log-snr, time-quadratic, not 'cubic'.",
                "thresholdingRatio=0.9  | thresholdingRatio must be left out with static thresholding: it belongs to dynamic.",
                "guidanceInterval=9     | guidanceInterval must be two timesteps from 0 on, the lower one first, such as 200,800; not '9'.",
                "guidanceInterval=0,5000 | guidanceInterval must end within the model's timesteps, 0 to 999, not at 5000.",
                "guidanceRescale=2      | guidanceRescale must be a number from 0 to 1, not 2.",
                "sampler=unipc&steps=4+4 | steps must be one number with the sampler unipc, which spaces its times itself, not 4+4.",
                "sampler=euler          | sampler must be one of ddim, ddpm, dpm-solver, dpm-solver++, unipc, not 'euler'.",
                "eta=NaN                | eta must be a number, not 'NaN'.",
                "eta=1.01               | eta must be a number from 0 to 1, not 1.01.",
                "eta=-0.1               | eta must be a number from 0 to 1",
                "eta=0x1p0              | eta must be a number, not '0x1p0'.",
                "eta=1&sampler=ddpm     | eta must be left out with the sampler ddpm",
                "classifierScale=NaN    | classifierScale must be a number, not 'NaN'.",
                "classifierScale=Infinity | classifierScale must be a number, not 'Infinity'.",
                "classifierScale=-1     | classifierScale must be a number from 0 to 1000",
                "classifierScale=1e999999999 | classifierScale must be a number from 0 to 1000",
                "classifierScale=x      | classifierScale must be a number, not 'x'.",
                "upsample=true          | upsample must be false: this function has no upsampler.",
                "upsample=yes           | upsample must be true or false, not 'yes'.",
                "upsamplerSteps=5       | upsamplerSteps must be left out: this function has no upsampler.",
                "upsamplerEta=0         | upsamplerEta must be left out",
                "scale=1                | There is no field 'scale': allowed are label, seed, count, steps, sampler, eta, classif",
                "Seed=1                 | There is no field 'Seed'",
                "a.b=1                  | There is no field 'a.b'",
                "seed=1&seed=2          | 'seed' is given 2 times",
            })
    void aWrongQueryNamesTheFieldAndWhatIsAllowed(String query, String expected) {
        for (String path : new String[] {"/sample?", "/sample.png?"}) {
            String sentence = sentence(raw().when().get(path + query), 400);
            assertTrue(sentence.contains(expected), sentence);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"label\": 99}         | label must be a number from 0 to 9",
                "{\"label\": \"s\"}      | label must mean one class",
                "{\"label\": [1, 2]}     | Field 'label' must be one number or text, not an array or object.",
                "{\"label\": {\"a\": 1}} | Field 'label' must be one number or text",
                "{\"seed\": \"abc\"}     | seed must be a whole number",
                "{\"seed\": true}        | seed must be a whole number",
                "{\"seed\": 1.5}         | seed must be a whole number",
                "{\"seed\": 1e400}       | seed must be a whole number",
                "{\"eta\": NaN}          | The body is no JSON: it cannot be read at line 1, column",
                "{\"eta\": \"NaN\"}      | eta must be a number, not 'NaN'.",
                "{\"colour\": 1}         | There is no field 'colour'",
                "{\"seed\": 1            | The body is no JSON",
                "seed=1                  | The body is no JSON",
                "{\"seed\": 1} x         | The body is no JSON",
                "{\"seed\": 1, \"seed\": 2} | The body is no JSON",
                "[1]                     | The body must be a JSON object",
                "null                    | The body must be a JSON object",
                "\"boot\"                | The body must be a JSON object",
            })
    void aWrongBodyNamesTheFieldAndWhatIsAllowed(String body, String expected) {
        String sentence = sentence(
                given().contentType("application/json").body(body).when().post("/sample"), 400);
        assertTrue(sentence.contains(expected), sentence);
    }

    /** HTTP clients refuse to send such a thing, so it goes over a socket; Quarkus responds without a sentence. */
    @ParameterizedTest
    @ValueSource(strings = {"/sample?seed=%zz", "/sample.png?seed=%zz", "/sample?label=%ff%fe", "/sample?%"})
    void aQueryThatCannotBeDecodedIsRefused(String target) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.getOutputStream().write(("GET " + target + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.0 400 "), answer);
            assertFalse(answer.contains("Exception"), answer);
        }
    }

    @Test
    void deepNestingIsRefusedNotFollowed() {
        String body = "{\"label\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        sentence(given().contentType("application/json").body(body).when().post("/sample"), 400);
    }

    @Test
    void whatWasSentIsShownCutAndClean() {
        String sentence = sentence(
                given().queryParam("label", "\u0007" + "x".repeat(300)).when().get("/sample"), 400);
        assertTrue(sentence.contains("' " + "x".repeat(39) + "...'"), sentence);
    }

    @Test
    void aPostTakesNoQuery() {
        String sentence = sentence(given().when().post("/sample?label=1"), 400);
        assertTrue(sentence.contains("JSON body"), sentence);
    }

    @Test
    void aLargeBodyIsRefused() {
        String body = "{\"label\": \"" + "x".repeat(200_000) + "\"}";
        sentence(given().contentType("application/json").body(body).when().post("/sample"), 413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sample", "/sample.png"})
    void otherMethodsAreRefused(String path) {
        sentence(given().when().put(path), 405);
        sentence(given().when().delete(path), 405);
        assertEquals(
                path.endsWith(".png") ? "GET, HEAD, OPTIONS" : "GET, HEAD, OPTIONS, POST",
                given().when().delete(path).header("Allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=x",
                "multipart/mixed",
                "text/plain",
                "application/json; charset=utf-16",
                "nonsense"
            })
    void otherBodiesThanJsonAreRefused(String type) throws IOException {
        String answer = post(type, "{\"steps\": 2}");
        assertTrue(answer.startsWith("HTTP/1.0 415 ") && answer.contains("{\"error\":\"The "), answer);
    }

    /** What curl sends with {@code -d} alone is taken for JSON, and a form is none. */
    @Test
    void curlNeedsNoHeader() throws IOException {
        String form = "application/x-www-form-urlencoded";
        String answer = post(form, "{\"steps\": 2, \"seed\": 77}");
        assertTrue(answer.startsWith("HTTP/1.0 200 ") && answer.contains("\"seed\":77"), answer);
        String refused = post(form, "steps=2&seed=77");
        assertTrue(refused.startsWith("HTTP/1.0 400 ") && refused.contains("The body is no JSON"), refused);
        given().contentType("application/json; charset=UTF-8")
                .body("{\"steps\": 2}")
                .when()
                .post("/sample")
                .then()
                .statusCode(200);
    }

    private static String post(String type, String body) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            String head = "POST /sample HTTP/1.0\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length();
            socket.getOutputStream().write((head + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aGetTakesNoBody() {
        String sentence = sentence(
                given().contentType("application/json")
                        .body("{\"steps\": 2}")
                        .when()
                        .get("/sample"),
                400);
        assertTrue(sentence.contains("not from a body"), sentence);
    }

    @Test
    void everyPathSaysItsMethodsAndTakesHead() {
        given().when().options("/sample").then().statusCode(204).header("Allow", "GET, HEAD, OPTIONS, POST");
        given().when().options("/sample.png").then().statusCode(204).header("Allow", "GET, HEAD, OPTIONS");
        given().when().head("/sample.png?seed=1").then().statusCode(200).contentType("image/png");
        given().when().head("/sample?seed=1").then().statusCode(200).contentType("application/json");
        given().when().head("/sample?sede=1").then().statusCode(400);
        for (String path : new String[] {"/q/health", "/q/health/ready", "/q/metrics", "/q/openapi", "/v2", "/model"}) {
            given().when().options(path).then().statusCode(204).header("Allow", "GET, HEAD, OPTIONS");
            given().when().head(path).then().statusCode(200);
        }
        sentence(given().when().options("/samples"), 404);
    }

    @Test
    void anImageTakesNoPost() {
        sentence(given().when().post("/sample.png"), 405);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/page",
                "/page/",
                "/page/other.js",
                "/page/../application.properties",
                "/samples",
                "/sample/x",
                "/sample.png/x",
                "/favicon.ico"
            })
    void otherPathsAreNotFound(String path) {
        sentence(given().when().get(path), 404);
        sentence(given().when().post(path), 404);
    }
}
