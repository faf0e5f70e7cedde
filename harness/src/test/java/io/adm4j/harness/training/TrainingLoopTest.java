package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.harness.training.log.ProgressDisplay;
import io.adm4j.harness.training.log.TrainingLog;
import io.adm4j.io.LockFile;
import io.adm4j.runtime.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop with the training runtime and a network of two weights, against AdamW by hand. */
@Tag("training")
class TrainingLoopTest {
    /** With a constant gradient AdamW moves a weight by the learning rate exactly. */
    private static final LongFunction<float[]> CONSTANT = step -> new float[] {2, -3, 2, -3};

    private static final LongFunction<float[]> VARYING =
            step -> new float[] {1 + step, 2, 3, -4 * step, 5, 0.5f, step % 2 == 0 ? -6 : 6, 1};

    @TempDir
    Path folder;

    private RunFolder run;

    @BeforeEach
    void createRun() {
        run = new RunFolder(folder);
        run.create(JsonNodeFactory.instance.objectNode());
    }

    @Test
    void warmupAndAnnealingReachTheOptimizerAndTheLog() throws IOException {
        TrainingSettings settings = settings(2, 0.1, 0, 2, 5, List.of());
        double[] expected = {0.05, 0.08, 0.06, 0.04, 0.02, 0};

        float w0 = 1;
        float w1 = -2;
        loop(CONSTANT, settings).prepare(EngineKind.ORT, LinearTask.START);
        for (int step = 0; step < expected.length; step++) {
            loop(CONSTANT, settings).train(step + 1, 1);
            float[] w = weights();
            assertEquals(expected[step], w0 - w[0], 1e-6, "step " + step);
            assertEquals(expected[step], w[1] - w1, 1e-6, "step " + step);
            w0 = w[0];
            w1 = w[1];
        }
        assertArrayEquals(expected, TinyRun.logged(folder, "lr"), 1e-12);
    }

    @Test
    void stepsAreThoseOfAdamWWithMovingAverages() {
        TrainingSettings settings = settings(4, 0.1, 0.2, 0, 0, List.of(0.5, 0.9));
        loop(VARYING, settings).prepare(EngineKind.ORT, LinearTask.START);

        loop(VARYING, settings).train(5, 100);

        ByHand expected = new ByHand(0.1, 0.2, 0.5, 0.9);
        double[] losses = new double[5];
        for (int step = 0; step < 5; step++) {
            losses[step] = expected.step(VARYING.apply(step));
        }
        assertArrayEquals(expected.w, doubles(weights()), 1e-5);
        assertArrayEquals(losses, TinyRun.logged(folder, "loss"), 1e-5);
        SavedWeights checkpoint = SavedWeights.read(run.require().folder());
        for (int rate = 0; rate < 2; rate++) {
            float[] average =
                    checkpoint.averages(settings.emaRates().get(rate)).get("w").toFloatArray();
            assertArrayEquals(expected.averages[rate], doubles(average), 1e-5);
        }
    }

    @Test
    void microbatchesGiveTheSameStepsAndMetrics() throws IOException {
        List<float[]> found = new ArrayList<>();
        List<double[]> losses = new ArrayList<>();
        List<double[]> sizes = new ArrayList<>();
        for (int microbatch : new int[] {4, 3, 1}) {
            run = new RunFolder(folder.resolve("of-" + microbatch));
            run.create(JsonNodeFactory.instance.objectNode());
            TrainingSettings settings = settings(4, microbatch, 0.1, 0.2, 0, 0, List.of(0.9));
            loop(VARYING, settings).prepare(EngineKind.ORT, LinearTask.START);
            loop(VARYING, settings).train(4, 100);
            SavedWeights checkpoint = SavedWeights.read(run.require().folder());
            found.add(weights());
            found.add(checkpoint.averages(0.9).get("w").toFloatArray());
            losses.add(TinyRun.logged(run.path(), "loss"));
            sizes.add(TinyRun.logged(run.path(), "size"));
        }
        for (int i = 1; i < 3; i++) {
            assertArrayEquals(found.get(0), found.get(2 * i), 1e-5f);
            assertArrayEquals(found.get(1), found.get(2 * i + 1), 1e-5f);
            assertArrayEquals(losses.get(0), losses.get(i), 1e-5);
        }
        assertEquals(4, sizes.get(0)[0]);
        assertEquals(4, sizes.get(1)[0], "metrics are those of the whole batch");
        assertEquals(4, sizes.get(2)[0]);
    }

    @Test
    void savesAtTheIntervalAndAtTheEnd() throws IOException {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        loop(CONSTANT, settings).prepare(EngineKind.ORT, LinearTask.START);
        assertEquals(List.of("checkpoint-00000000"), checkpoints());
        assertArrayEquals(new float[] {1, -2}, weights());

        RunFolder.Checkpoint end = loop(CONSTANT, settings).train(7, 3);

        assertEquals(List.of("checkpoint-00000006", "checkpoint-00000007"), checkpoints());
        assertEquals(7, end.step());
        assertEquals(run.require(), end);
        assertTrue(end.seconds() > 0 && end.seconds() < 60);
        assertArrayEquals(new float[] {0.3f, -1.3f}, weights(), 1e-5f);
        assertTrue(Files.exists(run.graphs().resolve(TrainingArtifacts.TRAINING_MODEL)));
    }

    @Test
    void aFinishedRunStaysAsItIs() throws IOException {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        loop(CONSTANT, settings).prepare(EngineKind.ORT, LinearTask.START);
        RunFolder.Checkpoint end = loop(CONSTANT, settings).train(2, 100);
        List<String> log = Files.readAllLines(run.log());

        assertEquals(end, loop(CONSTANT, settings).train(2, 100));
        assertEquals(end, loop(CONSTANT, settings).train(1, 100));
        assertEquals(log, Files.readAllLines(run.log()));
    }

    @Test
    void aResumedRunContinuesWithTimeAndSteps() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        loop(CONSTANT, settings).prepare(EngineKind.ORT, LinearTask.START);
        RunFolder.Checkpoint first = loop(CONSTANT, settings).train(2, 100);
        run.save(2, 1000, folder -> copy(first.folder().resolve("weights.ckpt"), folder.resolve("weights.ckpt")));

        RunFolder.Checkpoint second = loop(CONSTANT, settings).train(4, 100);

        assertTrue(second.seconds() > 1000 && second.seconds() < 1060, "" + second.seconds());
        assertArrayEquals(new double[] {1, 2, 3, 4}, TinyRun.logged(folder, "step"));
        double[] seconds = TinyRun.logged(folder, "seconds");
        assertTrue(seconds[0] >= 0 && seconds[1] < 60 && seconds[2] >= 1000 && seconds[3] < 1060);
        assertEquals(second.seconds(), seconds[3], 1e-3);
    }

    @Test
    void stopSavesAfterTheCurrentStep() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        AtomicReference<TrainingLoop> loop = new AtomicReference<>();
        loop.set(loop(CONSTANT, settings, (task, done, total, unit) -> new Recorder() {
            @Override
            public void step(long units) {
                super.step(units);
                if (steps == 3) {
                    loop.get().stop();
                }
            }
        }));
        loop.get().prepare(EngineKind.ORT, LinearTask.START);

        RunFolder.Checkpoint end = loop.get().train(1000, 1000);

        // The listener hears of a step before the loop looks whether to stop.
        assertEquals(3, end.step());
        assertEquals(end, run.require());
        assertEquals(3, TinyRun.logged(folder, "step").length);
    }

    @Test
    void listenersHearOfEachStepAndCheckpoint() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        loop(CONSTANT, settings).prepare(EngineKind.ORT, LinearTask.START);
        loop(CONSTANT, settings).train(1, 1);
        List<String> calls = new ArrayList<>();
        List<StepReport> reports = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void started(TrainingStart start) {
                calls.add("start at " + start.step() + " of " + start.steps() + " with " + start.metricNames());
            }

            @Override
            public void step(StepReport report) {
                calls.add("step " + report.step());
                reports.add(report);
            }

            @Override
            public void saved(RunFolder.Checkpoint checkpoint) {
                calls.add("saved " + checkpoint.step());
            }

            @Override
            public void ended() {
                calls.add("end");
            }
        };

        new TrainingLoop(new LinearTask(CONSTANT), settings, run, Device.CPU, 1, List.of(listener)).train(4, 2);

        assertEquals(
                List.of("start at 1 of 4 with [loss, size]", "step 2", "saved 2", "step 3", "step 4", "saved 4", "end"),
                calls);
        StepReport last = reports.get(2);
        assertEquals(0.1, last.learningRate());
        assertEquals(Set.of("loss", "size"), last.metrics().keySet());
        assertEquals(8, last.images());
        assertEquals(Math.hypot(2, 3), last.gradientNorm(), 1e-6);
        assertEquals(Math.hypot(1 - 0.3, -2 + 0.3), last.parameterNorm(), 1e-6, "before the update");
        double parts = reports.stream()
                .map(StepReport::times)
                .mapToDouble(t -> t.dataWait() + t.preparation() + t.forwardBackward() + t.optimizer() + t.saving())
                .sum();
        assertTrue(parts > 0 && parts <= last.seconds(), parts + " of " + last.seconds());
        assertEquals(0, last.times().saving(), "nothing was saved after step 3");
        assertTrue(reports.get(1).times().saving() > 0, "the checkpoint of step 2");
    }

    @Test
    void progressHasStepsMeansAndSpeed() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        loop(CONSTANT, settings).prepare(EngineKind.ORT, LinearTask.START);
        loop(CONSTANT, settings).train(2, 100);
        Recorder recorder = new Recorder();
        List<String> started = new ArrayList<>();

        loop(CONSTANT, settings, (task, done, total, unit) -> {
                    started.add(task + " " + done + " of " + total + " " + unit);
                    return recorder;
                })
                .train(5, 100);

        assertEquals(List.of("Training 2 of 5 steps"), started);
        assertEquals(3, recorder.steps);
        assertEquals(3, recorder.messages.size());
        assertTrue(recorder.closed);
        // Weights 0.8 and -1.8 before the third step.
        String first = recorder.messages.get(0);
        assertTrue(first.matches("loss 7\\.0000  size 2\\.0000  [0-9]+\\.[0-9] images/s"), first);
        String last = recorder.messages.get(2);
        double[] seconds = TinyRun.logged(folder, "seconds");
        double rate = Double.parseDouble(last.replaceAll(".*size 2\\.0000  | images/s", ""));
        // Six images since the run was resumed; its seconds are rounded to milliseconds.
        double spent = seconds[4] - seconds[1];
        assertTrue(rate > 6 / (spent + 0.002) * 0.99 && rate < 6 / Math.max(1e-9, spent - 0.002) * 1.01, last);
    }

    @Test
    void aLossThatIsNoNumberStopsTheRun() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        LongFunction<float[]> broken = step -> step < 3 ? CONSTANT.apply(step) : new float[] {Float.NaN, 0, 1, 1};
        loop(broken, settings).prepare(EngineKind.ORT, LinearTask.START);

        UserError e = assertThrows(UserError.class, () -> loop(broken, settings).train(10, 2));

        assertEquals(
                "The loss is no longer finite at step 4; the last checkpoint with a loss within reason is that of step 2:"
                        + " start a new run from it (--init-from " + folder.resolve("checkpoint-00000002")
                        + ") with a smaller --lr.",
                e.getMessage());
        assertEquals(2, run.require().step());
    }

    @Test
    void weightsThatAreNotFiniteAreNotSaved() throws IOException {
        TrainingSettings settings = settings(2, 1e39, 0, 0, 0, List.of());
        loop(CONSTANT, settings).prepare(EngineKind.ORT, LinearTask.START);

        UserError e =
                assertThrows(UserError.class, () -> loop(CONSTANT, settings).train(1, 1));

        assertEquals(
                "The weights 'w' are no longer finite after step 1; no checkpoint after the first has a loss within reason:"
                        + " start a new run with a smaller --lr.",
                e.getMessage());
        assertEquals(List.of("checkpoint-00000000"), checkpoints());
        assertFalse(Files.exists(folder.resolve("saving")));
        assertTrue(Double.isFinite(TinyRun.logged(folder, "loss")[0]), "the loss alone does not show it");
    }

    @Test
    void anErrorOfTheLoaderEndsTheRun() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        UserError error = new UserError("damaged");
        LongFunction<float[]> broken = step -> {
            throw error;
        };
        loop(broken, settings).prepare(EngineKind.ORT, LinearTask.START);

        assertEquals(
                error,
                assertThrows(UserError.class, () -> loop(broken, settings).train(1, 1)));
    }

    @Test
    void aFullDiskEndsTheRunAtTheNewestCheckpoint() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        loop(CONSTANT, settings).prepare(EngineKind.PLAIN, LinearTask.START);
        TrainingListener log = new TrainingListener() {
            @Override
            public void started(TrainingStart start) {}

            @Override
            public void step(StepReport report) {
                if (report.step() == 5) {
                    throw new UserError("Cannot write the log.", new IOException("No space left on device"));
                }
            }
        };
        TrainingLoop loop = new TrainingLoop(new LinearTask(CONSTANT), settings, run, Device.CPU, 1, List.of(log));

        UserError e = assertThrows(UserError.class, () -> loop.train(10, 2));

        assertEquals(
                "Cannot write the log. The run is saved up to step 4: make room, then resume it with --resume " + folder
                        + ".",
                e.getMessage());
    }

    @Test
    void anErrorOfTheLoaderSavesFirst() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        LongFunction<float[]> broken = step -> {
            if (step == 3) {
                throw new UserError("The image x cannot be used.");
            }
            return CONSTANT.apply(step);
        };
        loop(broken, settings).prepare(EngineKind.ORT, LinearTask.START);

        UserError e = assertThrows(UserError.class, () -> loop(broken, settings).train(10, 100));

        assertEquals(
                "The image x cannot be used. The run is saved up to step 3: resume it with --resume " + folder + ".",
                e.getMessage());
        assertEquals(3, run.require().step());
        assertEquals(5, loop(CONSTANT, settings).train(5, 100).step(), "with another image");
        assertArrayEquals(new double[] {1, 2, 3, 4, 5}, TinyRun.logged(folder, "step"));
    }

    @Test
    void interruptionReturnsTheLastCheckpoint() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        loop(CONSTANT, settings).prepare(EngineKind.ORT, LinearTask.START);
        Thread.currentThread().interrupt();
        try {
            assertEquals(0, loop(CONSTANT, settings).train(1000, 1000).step());
        } finally {
            assertTrue(Thread.interrupted(), "the flag is kept");
        }
    }

    @Test
    void theLockIsHeldWhileTraining() {
        TrainingSettings settings = settings(2, 0.1, 0, 0, 0, List.of());
        List<UserError> refused = new ArrayList<>();
        TrainingLoop loop = loop(CONSTANT, settings, (task, done, total, unit) -> {
            refused.add(assertThrows(UserError.class, () -> run.lock().close()));
            return new Recorder();
        });
        loop.prepare(EngineKind.ORT, LinearTask.START);

        loop.train(1, 1);

        assertEquals(1, refused.size());
        try (LockFile lock = run.lock()) {
            assertTrue(lock.channel().isOpen(), "released at the end");
            assertThrows(UserError.class, () -> loop.train(2, 1));
        }
        assertFalse(run.require().step() > 1);
    }

    /** AdamW with decoupled weight decay as its paper has it, beta 0.9 and 0.999, epsilon 1e-8, and averages after each step. */
    private static final class ByHand {
        private final double learningRate;
        private final double decay;
        private final double[] rates;
        private final double[] w = {1, -2};
        private final double[] first = new double[2];
        private final double[] second = new double[2];
        private final double[][] averages;
        private int steps;

        ByHand(double learningRate, double decay, double... rates) {
            this.learningRate = learningRate;
            this.decay = decay;
            this.rates = rates;
            this.averages = Arrays.stream(rates).mapToObj(r -> w.clone()).toArray(double[][]::new);
        }

        /** @return the loss before the step */
        double step(float[] rows) {
            steps++;
            int size = rows.length / 2;
            double loss = 0;
            double[] gradient = new double[2];
            for (int i = 0; i < rows.length; i++) {
                loss += rows[i] * w[i % 2] / size;
                gradient[i % 2] += rows[i] / (double) size;
            }
            for (int i = 0; i < 2; i++) {
                first[i] += 0.1 * (gradient[i] - first[i]);
                second[i] += 0.001 * (gradient[i] * gradient[i] - second[i]);
                double mean = first[i] / (1 - Math.pow(0.9, steps));
                double square = second[i] / (1 - Math.pow(0.999, steps));
                w[i] -= learningRate * decay * w[i];
                w[i] -= learningRate * mean / (Math.sqrt(square) + 1e-8);
                for (int r = 0; r < rates.length; r++) {
                    averages[r][i] = rates[r] * averages[r][i] + (1 - rates[r]) * w[i];
                }
            }
            return loss;
        }
    }

    private static class Recorder implements Progress {
        final List<String> messages = new ArrayList<>();
        long steps;
        boolean closed;

        @Override
        public void step(long units) {
            steps += units;
        }

        @Override
        public void message(String text) {
            messages.add(text);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private TrainingLoop loop(LongFunction<float[]> batches, TrainingSettings settings) {
        return loop(batches, settings, ProgressListener.silent());
    }

    private TrainingLoop loop(LongFunction<float[]> batches, TrainingSettings settings, ProgressListener progress) {
        return new TrainingLoop(
                new LinearTask(batches),
                settings,
                run,
                Device.CPU,
                1,
                List.of(new TrainingLog(run.log()), new ProgressDisplay(progress)));
    }

    private static TrainingSettings settings(
            int batchSize, double learningRate, double decay, long warmup, long anneal, List<Double> emaRates) {
        return settings(batchSize, batchSize, learningRate, decay, warmup, anneal, emaRates);
    }

    private static TrainingSettings settings(
            int batchSize,
            int microbatch,
            double learningRate,
            double decay,
            long warmup,
            long anneal,
            List<Double> emaRates) {
        return new TrainingSettings(batchSize, microbatch, learningRate, decay, warmup, anneal, emaRates, 0, false);
    }

    private float[] weights() {
        return SavedWeights.read(run.require().folder()).weights().get("w").toFloatArray();
    }

    private static double[] doubles(float[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = values[i];
        }
        return result;
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> checkpoints() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(e -> e.getFileName().toString())
                    .filter(n -> n.startsWith("checkpoint"))
                    .sorted()
                    .toList();
        }
    }
}
