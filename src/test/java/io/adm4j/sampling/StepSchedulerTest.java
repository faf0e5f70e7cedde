package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.diffusion.NonFiniteOutputException;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.GraphFailure;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepSchedulerTest {
    private static final int SIZE = 4;
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final SamplingSettings FIVE_STEPS = SamplingSettings.ddim(5, 0);

    @TempDir
    Path folder;

    /** All processors' work is done by one lane, or by two. */
    private SamplingPipeline oneLane;

    private SamplingPipeline twoLanes;
    private final AtomicInteger batches = new AtomicInteger();
    private StepScheduler scheduler;

    @BeforeEach
    void open() throws IOException {
        oneLane = SamplingPipeline.open(TinyBundle.writeFragile(folder.resolve("one"), SIZE, CLASSES), Device.CPU, 1);
        twoLanes = SamplingPipeline.open(TinyBundle.writeFragile(folder.resolve("two"), SIZE, CLASSES), Device.CPU, 2);
        scheduler = new StepScheduler(0, (model, rows, seconds) -> batches.incrementAndGet());
    }

    @AfterEach
    void close() {
        scheduler.close();
        twoLanes.close();
        oneLane.close();
    }

    private SamplingPipeline model(int lanes) {
        SamplingPipeline model = lanes == 1 ? oneLane : twoLanes;
        assertEquals(lanes, model.networks().lanes());
        return model;
    }

    private static SampleJob job(SamplingPipeline model, SamplingSettings settings, int images) {
        return SampleJob.of(List.of(new SampleStage(model, settings)), new long[images], new int[images]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aSmallTaskIsNotBehindALargeOne(int batchLimit) {
        AtomicInteger taken = new AtomicInteger();
        try (StepScheduler fair = new StepScheduler(batchLimit, (model, rows, seconds) -> taken.incrementAndGet())) {
            Gate gate = new Gate(fair, oneLane);
            SampleTask large = fair.submit(job(oneLane, SamplingSettings.ddim(250, 0), 100));
            CompletableFuture<Integer> end = new CompletableFuture<>();
            SampleTask small =
                    fair.submit(job(oneLane, SamplingSettings.ddim(2, 0), 1).heardBy((image, stage, state) -> {
                        if (state.last()) {
                            end.complete(taken.get());
                        }
                        return true;
                    }));
            gate.open();
            Trace.outcome(small);
            // The gate's batch; then each of its two steps waits for at most one batch of the large task.
            assertTrue(end.join() <= 1 + 2 * 2, "took its last step after " + end.join() + " batches");
            large.cancel();
        }
    }

    @Test
    void aSmallTaskIsNotBehindManyOthers() {
        Gate gate = new Gate(scheduler, oneLane);
        List<SampleTask> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(scheduler.submit(job(oneLane, SamplingSettings.ddim(100, 0), 50)));
        }
        CompletableFuture<Integer> end = new CompletableFuture<>();
        SampleTask small =
                scheduler.submit(job(oneLane, SamplingSettings.ddim(2, 0), 1).heardBy((image, stage, state) -> {
                    end.complete(batches.get());
                    return true;
                }));
        gate.open();
        Trace.outcome(small);
        // 21 tasks in batches of 4.
        assertTrue(end.join() <= 1 + 6, "took its first step after " + end.join() + " batches");
        others.forEach(SampleTask::cancel);
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 2", "2, 3"})
    void imagesThatHaveBegunGoFirst(int lanes, int batchLimit) {
        Set<Integer> begun = Collections.synchronizedSet(new HashSet<>());
        AtomicInteger most = new AtomicInteger();
        try (StepScheduler limited = new StepScheduler(batchLimit, SchedulerListener.none())) {
            Trace.outcome(limited.submit(job(model(lanes), FIVE_STEPS, 12).heardBy((image, stage, state) -> {
                begun.add(image);
                most.accumulateAndGet(begun.size(), Math::max);
                if (state.last()) {
                    begun.remove(image);
                }
                return true;
            })));
        }
        assertTrue(most.get() <= lanes * batchLimit, most + " images had begun at once");
    }

    @Test
    void withinALaneImagesKeepTheirOrder() {
        List<Integer> order = new ArrayList<>();
        try (StepScheduler limited = new StepScheduler(2, SchedulerListener.none())) {
            Trace.outcome(
                    limited.submit(job(oneLane, SamplingSettings.ddim(2, 0), 5).heardBy((image, stage, state) -> {
                        order.add(image);
                        return true;
                    })));
        }
        assertEquals(List.of(0, 1, 0, 1, 2, 3, 2, 3, 4, 4), order);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void waitingImagesLeaveAtOnceWhenCancelled(int lanes) {
        Gate gate = new Gate(scheduler, model(lanes));
        Trace trace = new Trace();
        SampleTask task = scheduler.submit(job(model(lanes), FIVE_STEPS, 3).heardBy(trace));
        assertEquals(3, scheduler.rowsWaiting());
        assertEquals(lanes, scheduler.rowsInFlight());
        task.cancel();
        assertTrue(task.outcome().isCompletedExceptionally());
        assertEquals(0, scheduler.rowsWaiting());
        gate.open();
        Throwable failure = Trace.failure(task);
        assertEquals(SamplingStopped.class, failure.getClass());
        assertEquals("Sampling was stopped after 0 of 5 steps.", failure.getMessage());
        assertEquals(0, trace.steps().size());
        assertEquals(0, scheduler.rowsInFlight());
    }

    @Test
    void runningImagesEndWithinAStepWhenCancelled() {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        SampleTask task = scheduler.submit(job(oneLane, FIVE_STEPS, 3).heardBy((image, stage, state) -> {
            calls.incrementAndGet();
            if (image == 0 && state.step() == 2) {
                entered.countDown();
                Gate.await(cancelled);
            }
            return true;
        }));
        Gate.await(entered);
        task.cancel();
        assertFalse(task.outcome().isDone());
        assertEquals(0, scheduler.rowsWaiting());
        cancelled.countDown();
        Throwable failure = Trace.failure(task);
        assertEquals("Sampling was stopped after 3 of 5 steps.", failure.getMessage());
        assertEquals(2 * 3 + 1, calls.get(), "the listener was called after the end");
        task.cancel();
        task.suspend();
    }

    @Test
    void aListenerThatStopsEndsItsTaskOnly() {
        Gate gate = new Gate(scheduler, oneLane);
        SampleTask other = scheduler.submit(job(oneLane, FIVE_STEPS, 2));
        SampleTask stopped = scheduler.submit(
                job(oneLane, FIVE_STEPS, 2).heardBy((image, stage, state) -> !(image == 1 && state.step() == 2)));
        gate.open();
        assertEquals(
                "Sampling was stopped after 3 of 5 steps.",
                Trace.failure(stopped).getMessage());
        assertTrue(Trace.outcome(other).finished());
    }

    @Test
    void aListenerMayStopWithTheLastStepOfOneImage() {
        try (StepScheduler limited = new StepScheduler(1, SchedulerListener.none())) {
            List<Integer> seen = new ArrayList<>();
            SampleTask stopped = limited.submit(job(oneLane, FIVE_STEPS, 3).heardBy((image, stage, state) -> {
                seen.add(image);
                return !state.last();
            }));
            assertEquals(SamplingStopped.class, Trace.failure(stopped).getClass());
            assertEquals(List.of(0, 0, 0, 0, 0), seen);

            SampleTask finished =
                    limited.submit(job(oneLane, FIVE_STEPS, 1).heardBy((image, stage, state) -> !state.last()));
            assertTrue(Trace.outcome(finished).finished());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aListenerThatThrowsFailsItsTaskOnly(int lanes) {
        RuntimeException exception = new IllegalStateException("broken listener");
        Error error = new AssertionError("badly broken listener");
        for (int round = 0; round < 3; round++) {
            Gate gate = new Gate(scheduler, model(lanes));
            SampleTask other = scheduler.submit(job(model(lanes), FIVE_STEPS, 2));
            SampleTask throwing =
                    scheduler.submit(job(model(lanes), FIVE_STEPS, 3).heardBy((image, stage, state) -> {
                        throw exception;
                    }));
            SampleTask failing =
                    scheduler.submit(job(model(lanes), FIVE_STEPS, 1).heardBy((image, stage, state) -> {
                        if (state.last()) {
                            throw error;
                        }
                        return true;
                    }));
            SampleTask interrupting =
                    scheduler.submit(job(model(lanes), FIVE_STEPS, 1).heardBy((image, stage, state) -> {
                        Thread.currentThread().interrupt();
                        return true;
                    }));
            gate.open();
            assertSame(exception, Trace.failure(throwing));
            assertSame(error, Trace.failure(failing));
            assertTrue(Trace.outcome(interrupting).finished());
            assertTrue(Trace.outcome(other).finished());
        }
        assertEquals(0, scheduler.rowsWaiting());
        assertEquals(0, scheduler.rowsInFlight());
    }

    @Test
    void aTaskOfOneImageThatFailsKeepsNobodyOut() {
        // Alone, it takes all threads.
        SampleTask failing = scheduler.submit(job(twoLanes, FIVE_STEPS, 1).heardBy((image, stage, state) -> {
            throw new IllegalStateException();
        }));
        Trace.failure(failing);
        assertTrue(Trace.outcome(scheduler.submit(job(twoLanes, FIVE_STEPS, 5))).finished());
    }

    @Test
    void aSchedulerListenerThatThrowsStopsNothing() {
        List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
        RuntimeException broken = new IllegalStateException("broken metrics");
        try (StepScheduler noisy = new StepScheduler(0, (model, rows, seconds) -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> reported.add(e));
            throw broken;
        })) {
            assertTrue(Trace.outcome(noisy.submit(job(oneLane, FIVE_STEPS, 2))).finished());
        }
        assertEquals(Collections.nCopies(5, broken), reported);
    }

    @Test
    void anImageThatLosesItsNumbersFailsItsTaskOnly() {
        Gate gate = new Gate(scheduler, oneLane);
        SampleJob broken = job(oneLane, FIVE_STEPS, 2);
        float[] x = new SeededNoise(0).start(1, 3, SIZE, SIZE).toFloatArray();
        x[7] = Float.NaN;
        ImageState.Started start =
                new ImageState.Started(0, 2, Tensor.of(x, 1, 3, SIZE, SIZE), List.of(), Optional.empty());
        SampleTask failing = scheduler.submit(broken.from(List.of(new ImageState.Waiting(), start)));
        SampleTask other = scheduler.submit(job(oneLane, FIVE_STEPS, 2));
        gate.open();
        Throwable failure = Trace.failure(failing);
        assertEquals(NonFiniteOutputException.class, failure.getClass());
        assertTrue(failure.getMessage().startsWith("The denoiser gave NaN or infinity at step 3 of 5"));
        assertTrue(Trace.outcome(other).finished());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aBatchThatFailsAsAWholeFailsOnlyTheGuilty(int lanes) {
        SamplingSettings guided = SamplingSettings.ddim(5, 2);
        List<SampleStage> stages = List.of(new SampleStage(model(lanes), guided));
        Trace alone = new Trace();
        Trace.outcome(scheduler.submit(
                SampleJob.of(stages, new long[] {4, 5}, new int[] {0, 1}).heardBy(alone)));
        Gate gate = new Gate(scheduler, model(lanes));
        Trace together = new Trace();
        SampleTask other = scheduler.submit(
                SampleJob.of(stages, new long[] {4, 5}, new int[] {0, 1}).heardBy(together));
        // The classifier fails for the last class.
        SampleTask guilty = scheduler.submit(SampleJob.of(stages, new long[] {6, 7}, new int[] {1, 2}));
        gate.open();
        assertEquals(GraphFailure.class, Trace.failure(guilty).getClass());
        assertTrue(Trace.outcome(other).finished());
        assertEquals(alone.steps(), together.steps());
    }

    @Test
    void aSingleImageTakesAllThreads() {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        SampleTask single = scheduler.submit(job(twoLanes, FIVE_STEPS, 1).heardBy((image, stage, state) -> {
            if (state.step() == 0) {
                entered.countDown();
                Gate.await(goOn);
            }
            return true;
        }));
        Gate.await(entered);
        SampleTask next = scheduler.submit(job(twoLanes, FIVE_STEPS, 3));
        assertEquals(1, scheduler.rowsInFlight());
        assertEquals(3, scheduler.rowsWaiting());
        goOn.countDown();
        assertTrue(Trace.outcome(single).finished());
        assertTrue(Trace.outcome(next).finished());
    }

    private static Set<Thread> lanes() {
        Set<Thread> lanes = new HashSet<>(Thread.getAllStackTraces().keySet());
        lanes.removeIf(thread -> !thread.getName().startsWith("sampler-"));
        return lanes;
    }

    @Test
    void closingEndsAllTasksAndThreads() {
        Set<Thread> before = lanes();
        StepScheduler loaded = new StepScheduler(0, SchedulerListener.none());
        List<SampleTask> tasks = new ArrayList<>();
        CountDownLatch running = new CountDownLatch(5);
        for (int i = 0; i < 5; i++) {
            for (SamplingPipeline model : List.of(oneLane, twoLanes)) {
                tasks.add(loaded.submit(
                        job(model, SamplingSettings.ddim(250, 0), 30).heardBy((image, stage, state) -> {
                            running.countDown();
                            return true;
                        })));
            }
        }
        Gate.await(running);
        loaded.close();
        for (SampleTask task : tasks) {
            assertTrue(task.outcome().isCompletedExceptionally());
            assertEquals(SamplingStopped.class, Trace.failure(task).getClass());
        }
        Set<Thread> after = lanes();
        after.removeAll(before);
        assertEquals(Set.of(), after);
        assertEquals(0, loaded.rowsWaiting());
        assertEquals(0, loaded.rowsInFlight());
        assertEquals(0, loaded.secondsLeft());
        loaded.close();
        assertEquals(
                "This scheduler is closed.",
                assertThrows(IllegalStateException.class, () -> loaded.submit(job(oneLane, FIVE_STEPS, 1)))
                        .getMessage());
    }

    @Test
    void aLaneMayCloseItsScheduler() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            StepScheduler behind = new StepScheduler(0, SchedulerListener.none());
            behind.submit(job(twoLanes, FIVE_STEPS, 2))
                    .outcome()
                    .thenRun(behind::close)
                    .join();
            behind.close();

            StepScheduler within = new StepScheduler(0, SchedulerListener.none());
            SampleTask task = within.submit(job(twoLanes, FIVE_STEPS, 2).heardBy((image, stage, state) -> {
                within.close();
                return true;
            }));
            assertEquals(SamplingStopped.class, Trace.failure(task).getClass());
        });
    }

    @Test
    void anInterruptDuringCloseStaysSet() throws InterruptedException {
        StepScheduler held = new StepScheduler(0, SchedulerListener.none());
        Gate gate = new Gate(held, oneLane);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread closing = new Thread(() -> {
            Thread.currentThread().interrupt();
            held.close();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        closing.start();
        while (closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThrows(AssertionError.class, gate::open);
        closing.join();
        assertTrue(interrupted.join());
    }

    @Test
    void estimatesFollowFromTheStepsLeft() {
        SampleJob ten = job(oneLane, SamplingSettings.ddim(10, 0), 10);
        assertEquals(0, scheduler.secondsOf(ten));
        SampleOutcome finished = Trace.outcome(scheduler.submit(ten));
        assertEquals(0, scheduler.secondsLeft());

        // While the lane is held nothing is measured: estimates are sums.
        Gate gate = new Gate(scheduler, oneLane);
        double held = scheduler.secondsLeft();
        double all = scheduler.secondsOf(ten);
        assertTrue(all > 0 && all < 60, all + " s");
        assertEquals(2 * all, scheduler.secondsOf(job(oneLane, SamplingSettings.ddim(20, 0), 10)), 1e-9 * all);
        assertEquals(all / 10, scheduler.secondsOf(job(oneLane, SamplingSettings.ddim(10, 0), 1)), 1e-9 * all);
        assertEquals(all * 3 / 10, scheduler.secondsOf(ten.atMost(3)), 1e-9 * all);
        assertEquals(0, scheduler.secondsOf(ten.from(finished.images())));
        assertEquals(all, scheduler.secondsOf(ten.atMost(Integer.MAX_VALUE)));

        SampleTask whole = scheduler.submit(ten);
        assertEquals(held + all, scheduler.secondsLeft(), 1e-9 * all);
        SampleTask part = scheduler.submit(ten.atMost(3));
        assertEquals(held + 1.3 * all, scheduler.secondsLeft(), 1e-9 * all);
        whole.cancel();
        assertEquals(held + 0.3 * all, scheduler.secondsLeft(), 1e-9 * all);
        part.suspend();
        assertEquals(held, scheduler.secondsLeft(), 1e-9 * all);
        gate.open();
        assertEquals(0, scheduler.secondsLeft());
    }

    @Test
    void aGuidedStepTakesLongerThanAnUnguidedOne() {
        Trace.outcome(scheduler.submit(job(oneLane, SamplingSettings.ddim(10, 2), 4)));
        double guided = scheduler.secondsOf(job(oneLane, SamplingSettings.ddim(10, 2), 4));
        double unguided = scheduler.secondsOf(job(oneLane, SamplingSettings.ddim(10, 0), 4));
        assertTrue(guided > unguided && unguided > 0, guided + " s and " + unguided + " s");
    }

    @Test
    void whatAModelCannotDoIsRefusedAtOnce() {
        SampleJob label =
                SampleJob.of(List.of(new SampleStage(oneLane, FIVE_STEPS)), new long[] {0}, new int[] {CLASSES.size()});
        assertThrows(SampleRequestException.class, () -> scheduler.submit(label));
        assertThrows(IllegalArgumentException.class, () -> new StepScheduler(-1, SchedulerListener.none()));
        assertEquals(0, scheduler.rowsWaiting());
    }
}
