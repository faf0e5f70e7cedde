package io.adm4j.function.operations;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.ExecutorRecorder;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Health and metrics on their own port, and while all threads that serve requests are busy. */
@QuarkusTest
@TestProfile(ManagementPortTest.Open.class)
class ManagementPortTest {
    private static final int WORKERS = 3;
    private static final Duration SOON = Duration.ofSeconds(20);

    /** As the manifests set it, and with few workers. */
    public static class Open implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.management.host-enabled",
                    "true",
                    "quarkus.thread-pool.core-threads",
                    "1",
                    "quarkus.thread-pool.max-threads",
                    String.valueOf(WORKERS));
        }
    }

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @TestHTTPResource("/")
    URI requests;

    @ParameterizedTest
    @ValueSource(strings = {"/q/health", "/q/health/live", "/q/health/ready", "/q/health/started"})
    void healthIsOnTheManagementPortAlone(String path) {
        given().when().get(management.resolve(path)).then().statusCode(200).body("status", equalTo("UP"));
        given().when().get(requests.resolve(path)).then().statusCode(404).body("error", containsString(path));
    }

    @Test
    void metricsAreOnTheManagementPortAlone() {
        given().when().get(requests.resolve("/sample?steps=2&label=99")).then().statusCode(400);
        String metrics = given().when()
                .get(management.resolve("/q/metrics"))
                .then()
                .statusCode(200)
                .extract()
                .asString();
        for (String meter : new String[] {
            "adm4j_queue_depth 0.0",
            "adm4j_rows_in_flight 0.0",
            "adm4j_refused_total{reason=\"busy\"} 0.0",
            "adm4j_refused_total{reason=\"bad_input\"} ",
            "adm4j_cancelled_total 0.0",
            "adm4j_batch_rows_bucket{le=\"16.0\"} ",
            "adm4j_device_info{device=\"cpu\",",
            "adm4j_build_info{bundle=\"test-32\",version=\"",
        }) {
            assertTrue(metrics.contains(meter), () -> meter + " is not in\n" + metrics);
        }
        given().when().get(requests.resolve("/q/metrics")).then().statusCode(404);
    }

    @Test
    void healthAndMetricsDoNotWaitForBusyWorkers() throws Exception {
        CountDownLatch busy = new CountDownLatch(WORKERS);
        CountDownLatch finish = new CountDownLatch(1);
        HttpClient client = HttpClient.newHttpClient();
        CompletableFuture<HttpResponse<String>> sample;
        try {
            for (int i = 0; i < WORKERS; i++) {
                ExecutorRecorder.getCurrent().execute(() -> {
                    busy.countDown();
                    await(finish);
                });
            }
            assertTrue(busy.await(1, TimeUnit.MINUTES));
            sample = client.sendAsync(
                    HttpRequest.newBuilder(requests.resolve("/sample?steps=1")).build(),
                    HttpResponse.BodyHandlers.ofString());
            for (String path : new String[] {"/q/health/live", "/q/health/ready", "/q/health/started", "/q/metrics"}) {
                HttpRequest request = HttpRequest.newBuilder(management.resolve(path))
                        .timeout(SOON)
                        .build();
                assertEquals(
                        200,
                        client.send(request, HttpResponse.BodyHandlers.ofString())
                                .statusCode(),
                        path);
            }
            assertFalse(sample.isDone(), "the workers were not busy");
        } finally {
            finish.countDown();
        }
        assertEquals(200, sample.get(1, TimeUnit.MINUTES).statusCode());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(2, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
