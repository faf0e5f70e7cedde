package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.LogRecords;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The function with API keys, one request a client at a time, and little time for bodies. */
@QuarkusTest
@TestProfile(ApiKeysHttpTest.Guarded.class)
class ApiKeysHttpTest {
    private static final String KEY = "correct-horse-battery";

    /** Two clients. */
    public static class Guarded implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "adm4j.api-keys", "alice:" + KEY + ",bob:another-key",
                    "adm4j.client-limit", "1",
                    // However slow the machine is, work that is to be under way is not refused as too much.
                    "adm4j.limit.seconds", "3600",
                    "adm4j.deadline.standard", "1H",
                    "quarkus.http.read-timeout", "1S");
        }
    }

    /** Who has not given a key yet needs the page to give it. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/favicon.svg", "/page/app.js"})
    void thePageNeedsNoKey(String path) {
        given().when().get(path).then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer " + KEY,
        "Authorization, bearer  " + KEY,
        "X-Api-Key, " + KEY,
        "X-Api-Key, another-key",
    })
    void aKnownKeyIsAdmitted(String header, String value) {
        given().header(header, value).when().get("/model").then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource({
        "X-Nothing, x, false",
        "Authorization, Basic " + KEY + ", false",
        "Authorization, Bearer, false",
        "X-Api-Key, wrong, true",
        "X-Api-Key, alice:" + KEY + ", true",
        "Authorization, Bearer " + KEY + "x, true",
    })
    void allOthersAreRefused(String header, String value, boolean keyed) {
        for (String path : new String[] {"/sample?steps=1", "/model", "/nothing", "/q/metrics"}) {
            given().header(header, value)
                    .when()
                    .get(path)
                    .then()
                    .statusCode(401)
                    .header("WWW-Authenticate", "Bearer realm=\"adm4j\"" + (keyed ? ", error=\"invalid_token\"" : ""))
                    .header("X-Content-Type-Options", "nosniff")
                    .body("error", containsString("API key"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/health", "/q/health/live", "/q/health/ready", "/q/health/started"})
    void healthNeedsNoKey(String path) {
        given().when().get(path).then().statusCode(200);
    }

    @Test
    void aRefusedBodyIsNotRead() throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write("POST /sample HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 401 "), answer);
        }
    }

    @Test
    void theLogNamesTheClientAndNoKey() throws InterruptedException {
        try (LogRecords log = new LogRecords("")) {
            given().header("X-Api-Key", KEY)
                    .when()
                    .get("/sample?steps=1&label=1")
                    .then()
                    .statusCode(200);
            given().header("X-Api-Key", "wrong-key-1")
                    .when()
                    .get("/model")
                    .then()
                    .statusCode(401);
            List<String> lines = log.await(2).stream().map(LogRecords::message).toList();
            assertTrue(lines.get(0).endsWith("images=1 client=alice"), lines.toString());
            assertFalse(lines.toString().contains(KEY) || lines.toString().contains("wrong-key-1"), lines.toString());
        }
    }

    @Test
    void aClientMayNotHaveMoreThanItsShareUnderWay() throws Exception {
        URI uri = URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/sample?sampler=ddpm&steps=250&count=100");
        HttpRequest request =
                HttpRequest.newBuilder(uri).header("X-Api-Key", KEY).build();
        HttpClient client = HttpClient.newHttpClient();
        CompletableFuture<HttpResponse<String>> waits = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        try {
            for (int i = 0; i < 500 && !atWork(); i++) {
                Thread.sleep(20);
            }
            given().header("X-Api-Key", KEY)
                    .when()
                    .get("/model")
                    .then()
                    .statusCode(429)
                    .header("Retry-After", "1")
                    .body(
                            "error",
                            equalTo("This client has as many requests under way as it may (1): wait for one of them."));
            given().header("X-Api-Key", "another-key")
                    .when()
                    .get("/model")
                    .then()
                    .statusCode(200);
        } finally {
            waits.cancel(true);
        }
        int served = 429;
        for (int i = 0; i < 500 && served == 429; i++) {
            // Until the function knows that the client hung up.
            Thread.sleep(20);
            served = given().header("X-Api-Key", KEY).when().get("/model").statusCode();
        }
        assertEquals(200, served);
        String metrics =
                given().header("X-Api-Key", KEY).when().get("/q/metrics").asString();
        assertTrue(
                metrics.lines().anyMatch(l -> l.matches("adm4j_refused_total\\{reason=\"client_limit\"\\} [1-9].*")),
                metrics);
    }

    /** Whether images are sampled; asked with another key, since requests of the first could take its share. */
    private static boolean atWork() {
        return given().header("X-Api-Key", "another-key")
                .when()
                .get("/q/metrics")
                .asString()
                .lines()
                .anyMatch(line -> line.startsWith("adm4j_rows_in_flight") && !line.endsWith(" 0.0"));
    }

    /** A byte every now and then keeps a connection from being idle. */
    @Test
    void aBodyThatTricklesIsCut() throws Exception {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(20_000);
            OutputStream to = socket.getOutputStream();
            to.write(("POST /sample HTTP/1.1\r\nHost: x\r\nX-Api-Key: " + KEY + "\r\nContent-Length: 1000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream from = socket.getInputStream();
            for (int i = 0; i < 100 && from.available() == 0; i++) {
                to.write(' ');
                to.flush();
                Thread.sleep(100);
            }
            String answer = new String(from.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
            assertTrue(answer.contains("The body did not arrive within 1 seconds: send it faster."), answer);
        }
    }
}
