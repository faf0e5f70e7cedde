package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.LogRecords;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request ids, the line of each request, and the headers of each response. */
@QuarkusTest
class RequestLogTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @Test
    void anIdIsTakenAndReturnedAndLogged() throws InterruptedException {
        try (LogRecords log = new LogRecords(RequestLog.CATEGORY)) {
            given().header("X-Request-Id", "order-17")
                    .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                    .when()
                    .get("/sample?steps=2&count=2&label=1")
                    .then()
                    .statusCode(200)
                    .header("X-Request-Id", "order-17");
            ExtLogRecord line = log.await(1).get(0);
            assertEquals("order-17", line.getMdc("requestId"));
            assertEquals(TRACE, line.getMdc("traceId"));
            String text = LogRecords.message(line);
            assertTrue(text.matches("GET /sample 200 \\d+ ms \\d+ B images=2 client=127.0.0.1"), text);
        }
    }

    @Test
    void aTraceIsTheIdOfARequestWithoutOne() {
        given().header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                .when()
                .get("/model")
                .then()
                .header("X-Request-Id", TRACE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "<script>", "\"", "%0a\u00e9"})
    void anIdThatCouldBreakALogIsReplaced(String id) {
        given().header("X-Request-Id", id)
                .when()
                .get("/model")
                .then()
                .header("X-Request-Id", matchesPattern("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "ff-" + TRACE + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-0000000000000000-01",
                TRACE,
            })
    void aTraceThatIsNoneIsNotTaken(String parent) {
        given().header("traceparent", parent)
                .when()
                .get("/model")
                .then()
                .header("X-Request-Id", matchesPattern("[0-9a-f]{8}-.*"));
    }

    @Test
    void aLineHasThePathWithoutTheQuery() throws InterruptedException {
        try (LogRecords log = new LogRecords(RequestLog.CATEGORY)) {
            given().when().get("/nothing?key=secret").then().statusCode(404);
            given().when().get("/q/health/live").then().statusCode(200);
            given().when().get("/" + "x".repeat(1000)).then().statusCode(404);
            List<ExtLogRecord> lines = log.await(2);
            assertEquals(2, lines.size(), "health has no line");
            assertTrue(LogRecords.message(lines.get(0)).startsWith("GET /nothing 404 "));
            assertTrue(LogRecords.message(lines.get(1)).startsWith("GET /" + "x".repeat(199) + "... 404 "));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /model, 200",
        "GET, /sample?label=99, 400",
        "GET, /nothing, 404",
        "GET, /q/nothing, 404",
        "DELETE, /sample, 405",
        "GET, /q/health/ready, 200",
    })
    void everyResponseHasTheHeaders(String method, String path, int status) {
        Response response = given().when().request(method, path);
        response.then()
                .statusCode(status)
                .header("X-Content-Type-Options", equalTo("nosniff"))
                .header("X-Frame-Options", equalTo("DENY"))
                .header("Referrer-Policy", equalTo("no-referrer"))
                .header("Cross-Origin-Resource-Policy", equalTo("same-origin"))
                .header("Content-Security-Policy", containsString("default-src 'none'; script-src 'self';"))
                .header("Server", nullValue())
                .header("Access-Control-Allow-Origin", nullValue());
    }

    @Test
    void otherOriginsAreNotInvited() {
        given().header("Origin", "https://example.com")
                .header("Access-Control-Request-Method", "POST")
                .when()
                .options("/sample")
                .then()
                .header("Access-Control-Allow-Origin", nullValue());
    }

    /** What comes before the function sees a request, too: Netty, Vert.x and Quarkus. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "BLAH\r\n\r\n",
                "GET /sample HTTP/9.9\r\n\r\n",
                "GET /sample?%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /../../x HTTP/1.1\r\nHost: [::\r\n\r\n",
                "POST /sample HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /sample HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}abcd",
                "POST /sample HTTP/1.1\r\nHost: x\r\nExpect: nonsense\r\nContent-Length: 2\r\n\r\n{}",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthis is no frame of HTTP/2",
                "GET /model HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n: no name\r\n\r\n",
            })
    void brokenRequestsAreNoErrorsInTheLog(String request) throws IOException, InterruptedException {
        try (LogRecords log = new LogRecords("")) {
            for (int i = 0; i < 3; i++) {
                try (Socket socket = new Socket("localhost", RestAssured.port)) {
                    socket.setSoTimeout(10_000);
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                } catch (SocketException reset) {
                    // The other way to refuse such a request.
                    continue;
                }
            }
            given().when().get("/model").then().statusCode(200);
            List<String> problems = log.all().stream()
                    .filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
                    .map(LogRecords::message)
                    .toList();
            assertEquals(List.of(), problems);
        }
    }
}
