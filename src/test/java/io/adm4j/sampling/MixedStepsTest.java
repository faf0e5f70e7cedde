package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps of different tasks in one batch. */
class MixedStepsTest {
    private static final int SIZE = 4;
    private static final List<String> CLASSES = List.of("a", "b", "c");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 1", "1, 3", "1, 16", "2, 0", "2, 3", "3, 2"})
    void anImageIsTheSameInAnyCompany(int threads, int batchLimit) throws IOException {
        AtomicInteger largest = new AtomicInteger();
        try (SamplingPipeline model = SamplingPipeline.open(
                        TinyBundle.write(folder.resolve("tiny"), SIZE, true, CLASSES), Device.CPU, threads);
                StepScheduler alone = new StepScheduler(1, SchedulerListener.none());
                StepScheduler together = new StepScheduler(
                        batchLimit, (name, rows, seconds) -> largest.accumulateAndGet(rows, Math::max))) {
            List<SampleJob> jobs = jobs(model);
            Gate gate = new Gate(together, model);
            List<Trace> traces = new ArrayList<>();
            List<SampleTask> tasks = new ArrayList<>();
            for (SampleJob job : jobs) {
                Trace trace = new Trace();
                traces.add(trace);
                tasks.add(together.submit(job.heardBy(trace)));
            }
            gate.open();
            for (int i = 0; i < jobs.size(); i++) {
                SampleJob job = jobs.get(i);
                List<List<Byte>> pixels = Trace.pixels(Trace.outcome(tasks.get(i)));
                for (int image = 0; image < job.count(); image++) {
                    Trace own = new Trace();
                    SampleJob single = SampleJob.of(
                                    job.stages(), new long[] {job.seeds()[image]}, new int[] {job.labels()[image]})
                            .heardBy(own);
                    assertEquals(
                            Trace.pixels(Trace.outcome(alone.submit(single))).get(0), pixels.get(image));
                    assertEquals(job.steps(), own.steps().size());
                    assertEquals(own.steps(), traces.get(i).stepsOf(image), "job " + i + ", image " + image);
                }
            }
            int limit = batchLimit == 0 ? 4 : batchLimit;
            assertTrue(limit == 1 || largest.get() > 1, "no step was taken together");
            assertTrue(largest.get() <= limit, "a batch of " + largest);
        }
    }

    private static List<SampleJob> jobs(SamplingPipeline model) {
        return List.of(
                job(model, new SamplingSettings(SamplerKind.DDIM, StepChoice.of(7), 0, 0, true), 1, 0),
                job(model, new SamplingSettings(SamplerKind.DDIM, StepChoice.of(11), 0.7, 2.5, true), 2, 1, 2),
                job(model, new SamplingSettings(SamplerKind.DDPM, StepChoice.of(13), 0, 1, true), 2, 2),
                job(model, new SamplingSettings(SamplerKind.DDPM, StepChoice.of(4), 0, 0, false), 5, 1, 0, 2),
                job(model, new SamplingSettings(SamplerKind.DDIM, StepChoice.strided(10), 0.7, -3, false), 9, 1));
    }

    private static SampleJob job(SamplingPipeline model, SamplingSettings settings, long seed, int... labels) {
        SampleRequest request = SampleRequest.consecutive(seed, labels, settings);
        return SampleJob.of(List.of(new SampleStage(model, settings)), request.seeds(), labels);
    }

    @Test
    void onlyGuidedImagesReachTheClassifier() throws IOException {
        try (SamplingPipeline model = SamplingPipeline.open(
                        TinyBundle.writeFragile(folder.resolve("fragile"), SIZE, CLASSES), Device.CPU, 1);
                StepScheduler scheduler = new StepScheduler(0, SchedulerListener.none())) {
            SamplingSettings unguided = SamplingSettings.ddim(5, 0);
            SamplingSettings guided = SamplingSettings.ddim(5, 2);
            // The classifier fails for the last class.
            List<SampleRow> rows = rows(
                    scheduler,
                    job(model, unguided, 0, 2, 1),
                    job(model, guided, 3, 1),
                    job(model, unguided, 4, 2),
                    job(model, guided, 5, 0));
            for (BatchSizes sizes : List.of(
                    new BatchSizes(8, true, true, false),
                    new BatchSizes(8, false, false, false),
                    new BatchSizes(8, true, false, true))) {
                StepBatch batch = new StepBatch(rows, Threads.CALLING, sizes);
                StepBatch.Evaluation evaluation = batch.evaluate();
                assertEquals(2, batch.guidedRows());
                for (int i = 0; i < rows.size(); i++) {
                    StepBatch.Evaluation own = new StepBatch(
                                    List.of(rows.get(i)), Threads.CALLING, new BatchSizes(1, true, true, false))
                            .evaluate();
                    assertEquals(own.output(0).bytes(), evaluation.output(i).bytes());
                    boolean pulled = i == 2 || i == 4;
                    assertEquals(pulled, evaluation.gradient(i) != null);
                    if (pulled) {
                        assertEquals(
                                own.gradient(0).bytes(), evaluation.gradient(i).bytes());
                    }
                }
            }
            List<SampleRow> failing = rows(scheduler, job(model, guided, 0, 2));
            StepBatch batch = new StepBatch(failing, Threads.CALLING, new BatchSizes(1, true, true, false));
            assertThrows(RuntimeException.class, batch::evaluate);
            assertEquals(false, batch.measured());
        }
    }

    private static List<SampleRow> rows(StepScheduler scheduler, SampleJob... jobs) {
        List<SampleRow> rows = new ArrayList<>();
        for (SampleJob job : jobs) {
            SampleTask task = new SampleTask(scheduler, job);
            for (int i = 0; i < job.count(); i++) {
                rows.add(new SampleRow(task, i, job.images().get(i)));
            }
        }
        return rows;
    }

    @Test
    void modelsShareAScheduler() throws IOException {
        try (SamplingPipeline two = SamplingPipeline.open(
                        TinyBundle.write(folder.resolve("two"), SIZE, true, CLASSES), Device.CPU, 2);
                SamplingPipeline one = SamplingPipeline.open(
                        TinyBundle.write(folder.resolve("one"), 2 * SIZE, 1, false, CLASSES), Device.CPU, 1);
                StepScheduler alone = new StepScheduler(1, SchedulerListener.none());
                StepScheduler together = new StepScheduler(0, SchedulerListener.none())) {
            together.prepare(two);
            List<SampleJob> jobs = List.of(
                    job(two, SamplingSettings.ddim(9, 1), 1, 0, 1, 2),
                    job(one, SamplingSettings.ddpm(5, 0), 1, 0, 1, 2),
                    job(one, SamplingSettings.ddim(5, 0), 4, 0, 1, 2),
                    job(two, SamplingSettings.ddpm(9, 0), 4, 0, 1, 2));
            Gate gate = new Gate(together, two);
            List<SampleTask> tasks = jobs.stream().map(together::submit).toList();
            gate.open();
            for (int i = 0; i < jobs.size(); i++) {
                assertEquals(
                        Trace.pixels(Trace.outcome(alone.submit(jobs.get(i)))),
                        Trace.pixels(Trace.outcome(tasks.get(i))));
            }
        }
    }
}
