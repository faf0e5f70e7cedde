package io.adm4j.function.service;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** More requests than can run or wait. */
@QuarkusTest
@TestProfile(QueueTest.Short.class)
class QueueTest {
    /** Without a queue. */
    public static class Short implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("adm4j.queue", "0", "adm4j.limit.steps", "5", "adm4j.standard.steps", "5");
        }
    }

    @Inject
    SamplingService sampling;

    @Test
    void oneTooManyIsRefusedAndLaterServed() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        SampleQuery query = sampling.check(Map.of("label", "0", "steps", "2"));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<SampleResult> first = other.submit(() -> sampling.sample(query, () -> {
                started.countDown();
                return !await(finish);
            }));
            assertTrue(started.await(2, TimeUnit.MINUTES));
            for (String path : new String[] {"/sample", "/sample.png"}) {
                given().when()
                        .get(path + "?steps=2")
                        .then()
                        .statusCode(503)
                        .header("Retry-After", "1")
                        .body("error", equalTo("The function is busy and 0 requests wait already: try again later."));
            }
            finish.countDown();
            assertEquals(1, first.get(2, TimeUnit.MINUTES).parts().get(0).dim(0));
        } finally {
            finish.countDown();
            other.shutdown();
        }
        given().when().get("/sample?steps=2").then().statusCode(200);
    }

    @Test
    void samplingStopsWhenTheClientIsGone() {
        AtomicInteger asked = new AtomicInteger();
        SampleQuery query = sampling.check(Map.of("label", "0", "steps", "5", "count", "100"));
        assertThrows(Refusal.class, () -> sampling.sample(query, () -> asked.incrementAndGet() == 2));
        assertEquals(2, asked.get());
        given().when().get("/sample?steps=2").then().statusCode(200);
    }

    @Test
    void limitsAreSettings() {
        given().when()
                .get("/sample?steps=6")
                .then()
                .statusCode(400)
                .body("error", equalTo("steps must be from 1 to 5 in all, not 6."));
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(2, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
