package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.SkipType;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.runtime.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that was cut anywhere and continued equals the uncut one to the bit. */
class SuspendedTaskTest {
    private static final int SMALL = 4;
    private static final int LARGE = 8;
    private static final List<String> CLASSES = List.of("a", "b", "c");

    @TempDir
    Path folder;

    private SamplingPipeline base;
    private Upsampler upsampler;
    private StepScheduler scheduler;

    @BeforeEach
    void open() throws IOException {
        base = SamplingPipeline.open(TinyBundle.write(folder.resolve("tiny"), SMALL, true, CLASSES), Device.CPU, 2);
        upsampler = Upsampler.open(
                TinyBundle.writeUpsampler(folder.resolve("up"), SMALL, LARGE, true, CLASSES.size()), Device.CPU, 1);
        scheduler = new StepScheduler(0, SchedulerListener.none());
    }

    @AfterEach
    void close() {
        scheduler.close();
        upsampler.close();
        base.close();
    }

    /** Three images through both models, 4 + 3 steps. */
    private SampleJob job() {
        return SampleJob.of(
                List.of(
                        new SampleStage(base, new SamplingSettings(SamplerKind.DDIM, StepChoice.of(4), 0.7, 2, true)),
                        new SampleStage(upsampler.model(), SamplingSettings.ddpm(3, 1))),
                new long[] {1, 2, 3},
                new int[] {0, 1, 2});
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void cutAfterAnyNumberOfSteps(int steps) {
        Trace uncut = new Trace();
        SampleOutcome expected = Trace.outcome(scheduler.submit(job().heardBy(uncut)));
        assertEquals(3 * 7, uncut.steps().size());

        Trace cut = new Trace();
        SampleJob job = job().heardBy(cut);
        SampleOutcome suspended = Trace.outcome(scheduler.submit(job.atMost(steps)));
        assertFalse(suspended.finished());
        assertEquals(3 * steps, cut.steps().size());
        for (ImageState image : suspended.images()) {
            ImageState.Started started = (ImageState.Started) image;
            assertEquals(steps < 4 ? 0 : 1, started.stage());
            assertEquals(steps < 4 ? steps : steps - 4, started.step());
            assertEquals(started.stage() == 1, started.lowRes().isPresent());
            assertEquals(steps, job.stepsDone(image));
        }
        // Twice, since continuing must leave the states as they were.
        for (int i = 0; i < 2; i++) {
            SampleOutcome finished = Trace.outcome(scheduler.submit(job.from(suspended.images())));
            assertEquals(Trace.pixels(expected), Trace.pixels(finished));
            assertEquals(uncut.steps(), cut.steps());
        }
    }

    @Test
    void cutAfterEachStep() {
        Trace uncut = new Trace();
        SampleOutcome expected = Trace.outcome(scheduler.submit(job().heardBy(uncut)));
        Trace cut = new Trace();
        SampleJob job = job().heardBy(cut).atMost(1);
        SampleOutcome outcome = Trace.outcome(scheduler.submit(job));
        for (int rounds = 1; rounds < 7; rounds++) {
            assertFalse(outcome.finished());
            outcome = Trace.outcome(scheduler.submit(job.from(outcome.images())));
        }
        assertTrue(outcome.finished());
        assertEquals(Trace.pixels(expected), Trace.pixels(outcome));
        assertEquals(uncut.steps(), cut.steps());
    }

    /** Solvers remember earlier evaluations, which the states must hold. */
    @ParameterizedTest
    @CsvSource({
        "DPM_SOLVER, 3, SINGLESTEP",
        "DPM_SOLVER_PLUS_PLUS, 3, MULTISTEP",
        "DPM_SOLVER_PLUS_PLUS, 2, SINGLESTEP",
        "UNIPC, 3, MULTISTEP"
    })
    void solversContinueAfterEachStep(SamplerKind kind, int order, SolverMethod method) {
        SolverSettings solver = new SolverSettings(order, method, SkipType.LOG_SNR);
        SampleStage stage = new SampleStage(
                base,
                new SamplingSettings(
                        kind,
                        StepChoice.of(6),
                        0,
                        new GuidanceSettings(2, 100, 900, 0.5),
                        Thresholding.STATIC,
                        solver));
        SampleJob job = SampleJob.of(List.of(stage), new long[] {1, 2}, new int[] {0, 1});
        SampleOutcome expected = Trace.outcome(scheduler.submit(job));
        SampleOutcome outcome = Trace.outcome(scheduler.submit(job.atMost(1)));
        for (int rounds = 1; rounds < 6; rounds++) {
            assertFalse(outcome.finished());
            outcome = Trace.outcome(scheduler.submit(job.from(outcome.images()).atMost(1)));
        }
        assertEquals(Trace.pixels(expected), Trace.pixels(outcome));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void suspendedWhileItRuns(int at) {
        SampleOutcome expected = Trace.outcome(scheduler.submit(job()));
        CompletableFuture<SampleTask> running = new CompletableFuture<>();
        SampleJob job = job();
        SampleTask task = scheduler.submit(job.heardBy((image, stage, state) -> {
            if (image == 1 && 4 * stage + state.step() == at) {
                running.join().suspend();
                // A second time changes nothing.
                running.join().suspend();
            }
            return true;
        }));
        running.complete(task);
        SampleOutcome outcome = Trace.outcome(task);
        assertFalse(outcome.finished());
        assertEquals(at + 1, job.stepsDone(outcome.images().get(1)));
        assertEquals(0, scheduler.rowsWaiting());
        assertEquals(Trace.pixels(expected), Trace.pixels(Trace.outcome(scheduler.submit(job.from(outcome.images())))));
    }

    @Test
    void suspendedBeforeItBegins() {
        Gate gate = new Gate(scheduler, base);
        SampleJob job = job();
        SampleTask task = scheduler.submit(job);
        assertEquals(3, scheduler.rowsWaiting());
        task.suspend();
        assertEquals(0, scheduler.rowsWaiting());
        SampleOutcome outcome = task.outcome().getNow(null);
        assertEquals(job.images(), outcome.images());
        task.cancel();
        assertFalse(task.outcome().isCompletedExceptionally());
        gate.open();
        assertEquals(
                Trace.pixels(Trace.outcome(scheduler.submit(job))),
                Trace.pixels(Trace.outcome(scheduler.submit(job.from(outcome.images())))));
    }

    @Test
    void anImageBetweenTheModelsWaitsThere() {
        SampleJob job = job();
        SampleOutcome between = Trace.outcome(scheduler.submit(job.atMost(4)));
        Gate gate = new Gate(scheduler, base);
        SampleTask task = scheduler.submit(job.from(between.images()).atMost(2));
        // The upsampler has a lane of its own, but no thread is free.
        task.suspend();
        assertEquals(between.images(), task.outcome().join().images());
        gate.open();
    }

    @Test
    void finishedImagesTakeNoSteps() {
        SampleJob job = job();
        SampleOutcome finished = Trace.outcome(scheduler.submit(job));
        Trace trace = new Trace();
        SampleTask again = scheduler.submit(job.from(finished.images()).heardBy(trace));
        assertEquals(finished.images(), again.outcome().join().images());
        assertEquals(0, trace.steps().size());

        List<ImageState> mixed = List.of(
                finished.images().get(0),
                new ImageState.Waiting(),
                Trace.outcome(scheduler.submit(job.atMost(5))).images().get(2));
        assertEquals(
                Trace.pixels(finished),
                Trace.pixels(Trace.outcome(scheduler.submit(job.from(mixed).heardBy(trace)))));
        assertEquals(7 + 2, trace.steps().size());
    }

    @Test
    void cancellingASuspendedTaskFailsIt() {
        CompletableFuture<SampleTask> running = new CompletableFuture<>();
        SampleTask task = scheduler.submit(job().heardBy((image, stage, state) -> {
            running.join().suspend();
            running.join().cancel();
            running.join().suspend();
            return true;
        }));
        running.complete(task);
        assertTrue(Trace.failure(task) instanceof SamplingStopped);
    }
}
