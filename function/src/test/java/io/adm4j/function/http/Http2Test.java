package io.adm4j.function.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each kind of request over HTTP/2, as proxies send it. */
@QuarkusTest
class Http2Test {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/sample.png?steps=2&label=1              | ``",
                "/sample?steps=2&label=1                  | ``",
                "/sample/stream?steps=2&label=1           | ``",
                "/model                                   | ``",
                "/                                        | ``",
                "/v2/models/test-32                       | ``",
                "/q/health                                | ``",
                "/sample                                  | {\"steps\": 2, \"label\": 1}",
                "/v2/models/test-32/infer                 | {\"parameters\": {\"steps\": 2}, \"inputs\": []}",
            })
    void eachPathAnswers(String path, String body) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        // The first changes the protocol of its connection, the second finds it changed.
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> answer = client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            assertEquals(200, answer.statusCode(), answer.body());
        }
    }

    private static HttpRequest request(String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path));
        return body.isEmpty()
                ? request.build()
                : request.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
    }
}
