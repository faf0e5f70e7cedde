package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.Pixels;
import io.adm4j.function.service.SamplingService;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Server-sent events. */
@QuarkusTest
class StreamTest {
    @Inject
    SamplingService sampling;

    @TestHTTPResource
    URL root;

    private static List<String[]> events(String query) {
        String body = given().when()
                .get("/sample/stream?" + query)
                .then()
                .statusCode(200)
                .contentType("text/event-stream")
                .extract()
                .asString();
        List<String[]> events = new ArrayList<>();
        for (String event : body.split("\n\n")) {
            if (event.startsWith("event: ")) {
                String[] lines = event.split("\n");
                assertEquals(2, lines.length, event);
                events.add(
                        new String[] {lines[0].substring("event: ".length()), lines[1].substring("data: ".length())});
            }
        }
        return events;
    }

    @Test
    void previewsLeadToTheImage() {
        List<String[]> events = events("label=boot&seed=5&steps=7&previewEvery=2");
        List<Integer> progress = events.stream()
                .filter(e -> e[0].equals("progress"))
                .map(e -> JsonPath.from(e[1]).getInt("step"))
                .toList();
        assertEquals(List.of(1, 2, 3, 4, 5, 6, 7), progress);
        List<JsonPath> previews = events.stream()
                .filter(e -> e[0].equals("preview"))
                .map(e -> JsonPath.from(e[1]))
                .toList();
        assertEquals(
                List.of(2, 4, 6), previews.stream().map(p -> p.getInt("step")).toList());
        for (JsonPath preview : previews) {
            assertEquals("base", preview.getString("stage"));
            assertEquals(7, preview.getInt("steps"));
            assertEquals(32, Pixels.ofBase64(preview.getString("png")).width());
        }
        String[] last = events.get(events.size() - 1);
        assertEquals("done", last[0]);
        String png = given().when()
                .get("/sample?label=boot&seed=5&steps=7")
                .then()
                .extract()
                .path("pictures[0].png");
        assertEquals(png, JsonPath.from(last[1]).getString("pictures[0].png"));
    }

    @Test
    void aWrongFieldIsRefusedBeforeTheStream() {
        for (String[] wrong : new String[][] {
            {"previewEvery=-1", "previewEvery must be a whole number from 0 (no previews) to 1000, not '-1'."},
            {"steps=0", "steps must be"},
            {"preview=1", "There is no field 'preview'"},
        }) {
            String error = given().when()
                    .get("/sample/stream?" + wrong[0])
                    .then()
                    .statusCode(400)
                    .extract()
                    .path("error");
            assertTrue(error.startsWith(wrong[1]), error);
        }
    }

    @Test
    void closingTheConnectionEndsTheWork() throws Exception {
        try (Socket socket = new Socket(root.getHost(), root.getPort())) {
            socket.getOutputStream()
                    .write("GET /sample/stream?count=100&steps=250&sampler=ddpm HTTP/1.1\r\nHost: here\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String line = answer.readLine();
            while (!line.startsWith("event: ")) {
                line = answer.readLine();
            }
            assertEquals(1, sampling.underWay());
        }
        for (int i = 0; sampling.underWay() > 0 && i < 1000; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertEquals(0, sampling.underWay());
    }
}
