package io.adm4j.function.service;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.io.PngWriter;
import io.adm4j.sampling.StepListener;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** More requests than may be under way, deadlines, and clients that hang up. */
@QuarkusTest
@TestProfile(QueueTest.Short.class)
class QueueTest {
    /** One request at a time. */
    public static class Short implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("adm4j.queue", "1", "adm4j.limit.steps", "5", "adm4j.standard.steps", "5");
        }
    }

    @Inject
    SamplingService sampling;

    @Test
    void oneTooManyIsRefusedAndLaterServed() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        SampleQuery query = sampling.check(Map.of("label", "0", "steps", "2"));
        Submission<SampleAnswer> first = sampling.submit(query, (image, stage, step) -> {
            started.countDown();
            return await(finish);
        });
        try {
            assertTrue(started.await(2, TimeUnit.MINUTES));
            for (String path : new String[] {"/sample", "/sample.png", "/sample/stream"}) {
                given().when()
                        .get(path + "?steps=2")
                        .then()
                        .statusCode(503)
                        .header("Retry-After", "1")
                        .body(
                                "error",
                                equalTo("The function is busy: 1 requests are under way already; try again later."));
            }
            given().contentType("application/json")
                    .body(Map.of("task", "denoise", "label", 1, "image", image()))
                    .when()
                    .post("/restore")
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "1");
        } finally {
            finish.countDown();
        }
        SampleResult result =
                assertInstanceOf(SampleResult.class, first.answer().get(2, TimeUnit.MINUTES));
        assertEquals(1, result.images().images().size());
        settle();
        given().when().get("/sample?steps=2").then().statusCode(200);
    }

    private static String image() {
        return Base64.getEncoder().encodeToString(PngWriter.encode(new byte[32 * 32], 32, 32, 1));
    }

    /** Queue, deadline and cancelling are those of sampling. */
    @Test
    void aRestorationEndsWhenItsClientIsGoneOrItsDeadlinePasses() throws Exception {
        Map<String, String> fields =
                Map.of("task", "denoise", "label", "1", "steps", "5", "count", "100", "image", image());
        RestoreQuery query = sampling.check(RestoreFields.of(fields));
        Submission<RestoreResult> gone = sampling.submit(query);
        gone.cancel();
        ExecutionException hungUp =
                assertThrows(ExecutionException.class, () -> gone.answer().get(2, TimeUnit.MINUTES));
        assertEquals(Refusal.Reason.CANCELLED, ((Refusal) hungUp.getCause()).reason());
        settle();
        Submission<RestoreResult> late = sampling.submit(query);
        late.suspend(Submission.Suspension.DEADLINE);
        ExecutionException passed =
                assertThrows(ExecutionException.class, () -> late.answer().get(2, TimeUnit.MINUTES));
        assertEquals(Refusal.Reason.DEADLINE, ((Refusal) passed.getCause()).reason());
        settle();
    }

    @Test
    void samplingEndsWithinAStepWhenTheClientIsGone() throws Exception {
        AtomicInteger steps = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        SampleQuery query = sampling.check(Map.of("label", "0", "steps", "5", "count", "100"));
        Submission<SampleAnswer> submission = sampling.submit(query, (image, stage, step) -> {
            steps.incrementAndGet();
            begun.countDown();
            return await(gone);
        });
        assertTrue(begun.await(2, TimeUnit.MINUTES));
        submission.cancel();
        gone.countDown();
        assertEquals(Refusal.Reason.CANCELLED, refusal(submission).reason());
        assertTrue(steps.get() < 100, steps + " steps were taken");
        settle();
    }

    @Test
    void aDeadlineThatPassesIsAnswered() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        SampleQuery query = sampling.check(Map.of("label", "0", "steps", "5", "deadlineMs", "2000"));
        Submission<SampleAnswer> submission = sampling.submit(query, (image, stage, step) -> await(late));
        TimeUnit.MILLISECONDS.sleep(2200);
        late.countDown();
        Refusal refusal = refusal(submission);
        assertEquals(Refusal.Reason.DEADLINE, refusal.reason());
        assertEquals("The deadline of 2000 ms passed before the images were done.", refusal.message());
        settle();
    }

    @Test
    void moreWorkThanTimeIsRefusedWithWhatFits() {
        given().when().get("/sample?steps=5&seed=1").then().statusCode(200);
        SampleQuery query = sampling.check(Map.of("label", "0", "steps", "5", "count", "100", "deadlineMs", "1"));
        Refusal refusal = assertThrows(Refusal.class, () -> sampling.submit(query, StepListener.none()));
        assertEquals(Refusal.Reason.TOO_MUCH_WORK, refusal.reason());
        assertTrue(refusal.message().contains("would fit"), refusal.message());
    }

    @Test
    void tokensNeedAKey() {
        given().when()
                .get("/sample?maxSteps=2")
                .then()
                .statusCode(400)
                .body(
                        "error",
                        equalTo("maxSteps must be left out: this function has no key to sign continuation tokens with"
                                + " (adm4j.token-key)."));
        given().contentType("application/json")
                .body("{\"token\": \"abc\"}")
                .when()
                .post("/sample")
                .then()
                .statusCode(400)
                .body(
                        "error",
                        equalTo("token must be left out: this function has no key to check continuation tokens with"
                                + " (adm4j.token-key)."));
    }

    @Test
    void limitsAreSettings() {
        given().when()
                .get("/sample?steps=6")
                .then()
                .statusCode(400)
                .body("error", equalTo("steps must be from 1 to 5 in all, not 6."));
    }

    /** An answer is there before its place is free. */
    private void settle() throws InterruptedException {
        for (int i = 0; sampling.underWay() > 0 && i < 1000; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertEquals(0, sampling.underWay());
    }

    private static Refusal refusal(Submission<SampleAnswer> submission) throws Exception {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> submission.answer().get(2, TimeUnit.MINUTES));
        return assertInstanceOf(Refusal.class, failure.getCause());
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(2, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
