package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.harness.training.log.TrainingLog;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DiLoCo in one process, against the single-machine trainer and against sums by hand. */
@Tag("training")
class RoundLoopTest {
    private static final List<Double> RATES = List.of(0.5, 0.9);
    private static final Supplier<TrainingTask> VARYING =
            () -> new LinearTask(step -> new float[] {1 + step, 2, 3, -4 * step, 5, 0.5f, step % 2 == 0 ? -6 : 6, 1});

    @TempDir
    Path folder;

    private int singles;

    @Test
    void oneWorkerOfOneStepWithoutMomentumIsTheSingleMachine() {
        TrainingSettings settings = new TrainingSettings(4, 3, 1e-2, 0.1, 3, 20, RATES, 5, true);
        Supplier<TrainingTask> tasks = denoiser(settings);
        Map<String, Tensor> first = start(tasks);

        RunFolder single = single(tasks.get(), settings, first, 7);
        RunFolder rounds = rounds(tasks, settings, new RoundSettings(1, 1, 1, 0), first, "rounds", 7);

        SavedWeights expected = SavedWeights.read(single.require().folder());
        SavedWeights found = SavedWeights.read(rounds.require().folder());
        assertSame(expected.weights(), found.weights(), 1e-6f);
        for (double rate : RATES) {
            assertSame(expected.averages(rate), found.averages(rate), 1e-6f);
        }
        assertArrayEquals(TinyRun.logged(single.path(), "loss"), TinyRun.logged(rounds.path(), "loss"), 1e-6);
        assertArrayEquals(TinyRun.logged(single.path(), "lr"), TinyRun.logged(rounds.path(), "lr"));
        assertArrayEquals(TinyRun.logged(single.path(), "samples"), TinyRun.logged(rounds.path(), "samples"));
    }

    @Test
    void oneWorkerOfAnyStepsTakesTheWeightsOfTheSingleMachine() {
        TrainingSettings settings = settings(RATES);

        RunFolder single = single(VARYING.get(), settings, LinearTask.START, 8);
        RunFolder rounds = rounds(VARYING, settings, new RoundSettings(1, 3, 1, 0), LinearTask.START, "rounds", 8);

        assertArrayEquals(weights(single.require()), weights(rounds.require()));
        assertArrayEquals(new double[] {3, 6, 8}, TinyRun.logged(rounds.path(), "step"), "the last round is shorter");
        // The average of rate r moves by 1 - r^h to the weights at the end of each round of h steps.
        double[] average = {1, -2};
        long[] ends = {3, 6, 8};
        for (int round = 0; round < 3; round++) {
            float[] end = weights(single(VARYING.get(), settings, LinearTask.START, ends[round])
                    .require());
            double kept = Math.pow(0.9, ends[round] - (round == 0 ? 0 : ends[round - 1]));
            for (int i = 0; i < 2; i++) {
                average[i] = kept * average[i] + (1 - kept) * end[i];
            }
        }
        float[] found = SavedWeights.read(rounds.require().folder())
                .averages(0.9)
                .get("w")
                .toFloatArray();
        assertEquals(average[0], found[0], 1e-6);
        assertEquals(average[1], found[1], 1e-6);
    }

    @Test
    void workersTakeTheBatchesOfOneMachineInTurn() {
        Set<Long> taken = Collections.synchronizedSet(new TreeSet<>());
        List<Long> ofWorkers = Collections.synchronizedList(new ArrayList<>());
        Supplier<TrainingTask> tasks = () -> new LinearTask(step -> {
            taken.add(step);
            ofWorkers.add(step);
            return new float[] {1, 2};
        });

        rounds(tasks, settings(List.of()), new RoundSettings(3, 2, 0.7, 0.9), LinearTask.START, "rounds", 5);

        assertEquals(15, ofWorkers.size(), "none twice");
        assertEquals(15, taken.size());
        assertEquals(14, Collections.max(taken));
        Set<Long> first = new TreeSet<>(ofWorkers.subList(0, 2));
        assertEquals(Set.of(0L, 3L), first, "worker 0 in the first round");
    }

    @Test
    void weightsFollowTheWorkersByTheOuterOptimizer() {
        TrainingSettings settings = settings(List.of());
        RoundSettings two = new RoundSettings(2, 1, 0.7, 0.9);

        RunFolder run = rounds(VARYING, settings, two, LinearTask.START, "rounds", 2);

        // Each worker as a single machine whose batches are every second one.
        float[] before = {1, -2};
        float[] velocity = {0, 0};
        for (int round = 1; round <= 2; round++) {
            double[] sums = {0, 0};
            for (int worker = 0; worker < 2; worker++) {
                float[] after = SavedWeights.read(
                                folder.resolve("rounds-workers").resolve(round + "-" + worker))
                        .weights()
                        .get("w")
                        .toFloatArray();
                for (int i = 0; i < 2; i++) {
                    sums[i] += (before[i] - after[i]) / 2.0;
                }
            }
            for (int i = 0; i < 2; i++) {
                velocity[i] = (float) (0.9 * velocity[i] + sums[i]);
                before[i] = (float) (before[i] - 0.7 * (sums[i] + 0.9 * velocity[i]));
            }
        }
        assertArrayEquals(before, weights(run.require()), 1e-6f);
        float[] firstOfWorker1 = SavedWeights.read(folder.resolve("rounds-workers/1-1"))
                .weights()
                .get("w")
                .toFloatArray();
        RunFolder alone = single(
                new LinearTask(step -> ((LinearTask) VARYING.get()).batches().apply(2 * step + 1)),
                settings,
                LinearTask.START,
                1);
        assertArrayEquals(weights(alone.require()), firstOfWorker1);
    }

    @Test
    void aRoundThatIsRepeatedGivesTheSameBytes() throws IOException {
        TrainingSettings settings = new TrainingSettings(4, 4, 1e-2, 0, 0, 0, List.of(), 5, true);
        RoundSettings two = new RoundSettings(2, 2, 0.7, 0.9);
        Supplier<TrainingTask> tasks = denoiser(settings);
        RunFolder run = rounds(tasks, settings, two, start(tasks), "rounds", 4);
        RunFolder.Checkpoint before = run.require(2);
        Path again = folder.resolve("again");

        new LocalRounds(tasks, settings, two, again).run(new Round(2, 4, before, RoundLoop.states(before)));

        for (String file :
                List.of("weights.json", "weights.bin", "first_moments.bin", "second_moments.bin", "timesteps.npz")) {
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("rounds-workers/4-1").resolve(file)),
                    Files.readAllBytes(again.resolve("4-1").resolve(file)),
                    file);
        }
    }

    @Test
    void aRunThatWasStoppedGoesOnAtItsLastRound() throws IOException {
        TrainingSettings settings = settings(RATES);
        RoundSettings two = new RoundSettings(2, 3, 0.7, 0.9);
        RunFolder whole = rounds(VARYING, settings, two, LinearTask.START, "whole", 9);

        rounds(VARYING, settings, two, LinearTask.START, "parts", 3);
        RunFolder parts = rounds(VARYING, settings, two, LinearTask.START, "parts", 9);

        for (String file : List.of("weights.bin", "outer_momentum.bin", "average_0.5.bin", "average_0.9.bin")) {
            assertArrayEquals(
                    Files.readAllBytes(whole.require().folder().resolve(file)),
                    Files.readAllBytes(parts.require().folder().resolve(file)),
                    file);
        }
        assertArrayEquals(TinyRun.logged(whole.path(), "loss"), TinyRun.logged(parts.path(), "loss"));
        assertEquals(
                9,
                rounds(VARYING, settings, two, LinearTask.START, "parts", 9)
                        .require()
                        .step());
    }

    @Test
    void theLogHasALineForEachRound() {
        RunFolder run =
                rounds(VARYING, settings(List.of()), new RoundSettings(2, 2, 0.7, 0.9), LinearTask.START, "rounds", 4);

        assertArrayEquals(new double[] {2, 4}, TinyRun.logged(run.path(), "step"));
        assertArrayEquals(new double[] {2, 2}, TinyRun.logged(run.path(), "workers"));
        assertArrayEquals(new double[] {0, 0}, TinyRun.logged(run.path(), "repeated"));
        assertArrayEquals(new double[] {16, 32}, TinyRun.logged(run.path(), "samples"));
        // Before training the loss of a batch is the mean of w·x.
        RunFolder one =
                rounds(VARYING, settings(List.of()), new RoundSettings(2, 1, 0.7, 0.9), LinearTask.START, "one", 1);
        double ofBatch0 = (1 - 2 * 2 + 3 + 0 + 5 - 2 * 0.5 - 6 - 2) / 4;
        double ofBatch1 = (2 - 2 * 2 + 3 + 2 * 4 + 5 - 2 * 0.5 + 6 - 2) / 4;
        assertEquals((ofBatch0 + ofBatch1) / 2, TinyRun.logged(one.path(), "loss")[0], 1e-6);
    }

    @Test
    void heldOutImagesAreThoseOfTheSameBatchesAfterEachRound() {
        HeldOutLoss heldOut = new HeldOutLoss(VARYING.get(), 2, 4, 2, Device.CPU, 1);
        RunFolder run = run("rounds");
        loop(VARYING, settings(List.of()), new RoundSettings(1, 1, 1, 0), run, Optional.of(heldOut))
                .prepare(LinearTask.START);
        RunFolder.Checkpoint start = run.require();
        double ofBatch0 = (1 - 2 * 2 + 3 + 0 + 5 - 2 * 0.5 - 6 - 2) / 4;
        double ofBatch1 = (2 - 2 * 2 + 3 + 2 * 4 + 5 - 2 * 0.5 + 6 - 2) / 4;
        assertEquals(
                (ofBatch0 + ofBatch1) / 2,
                heldOut.of(start.folder(), run.graphs()).get("val_loss"),
                1e-6);

        loop(VARYING, settings(List.of()), new RoundSettings(1, 1, 1, 0), run, Optional.of(heldOut))
                .train(3);

        double[] values = lines(run, "val_loss");
        assertEquals(Double.NaN, values[0], "every second round");
        assertTrue(values[2] < values[1], values[2] + " after the last, " + values[1]);
        assertEquals(values[2], heldOut.of(run.require().folder(), run.graphs()).get("val_loss"));
    }

    @Test
    void aLossThatIsNoNumberEndsTheRun() {
        Supplier<TrainingTask> broken = () -> new LinearTask(step -> new float[] {step < 5 ? 1 : Float.NaN, 1, 1, 1});

        UserError e = assertThrows(
                UserError.class,
                () -> rounds(
                        broken, settings(List.of()), new RoundSettings(2, 2, 0.7, 0.9), LinearTask.START, "rounds", 8));

        assertEquals(
                "The loss is no longer finite at step 4 of worker 0: start a new run with a smaller --lr or --outer-lr.",
                e.getMessage());
        assertEquals(2, new RunFolder(folder.resolve("rounds")).require().step());
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new RoundSettings(0, 1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new RoundSettings(1, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new RoundSettings(1, 1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new RoundSettings(1, 1, 1, 1));
        RoundSettings settings = new RoundSettings(3, 50, 0.7, 0.9);
        assertEquals(settings, RoundSettings.fromJson(settings.toJson()));
    }

    private static TrainingSettings settings(List<Double> emaRates) {
        return new TrainingSettings(4, 4, 0.1, 0.2, 2, 0, emaRates, 0, false);
    }

    /** A denoiser with all that is random: dropout, flips and timesteps by importance. */
    private Supplier<TrainingTask> denoiser(TrainingSettings settings) {
        ObjectNode flags = JsonNodeFactory.instance
                .objectNode()
                .put("image_size", TinyRun.SIZE)
                .put("num_channels", 32)
                .put("channel_mult", "1")
                .put("num_res_blocks", 1)
                .put("attention_resolutions", "8")
                .put("num_head_channels", 16)
                .put("learn_sigma", true)
                .put("class_cond", true)
                .put("num_classes", 3)
                .put("dropout", 0.1)
                .put("schedule_sampler", "loss-second-moment")
                .put("diffusion_steps", 2)
                .put("noise_schedule", "cosine");
        Dataset images =
                Dataset.open(TinyRun.data(folder.resolve("data.npz"), 9, 3), DatasetOptions.ofSize(TinyRun.SIZE));
        return () -> new DiffusionTask(flags, images, settings);
    }

    private static Map<String, Tensor> start(Supplier<TrainingTask> tasks) {
        List<Parameter> parameters = tasks.get().graph().graph().parameters();
        return InitialWeights.of(parameters, 5);
    }

    private RunFolder run(String name) {
        RunFolder run = new RunFolder(folder.resolve(name), new Retention(9, 0), warning -> {});
        if (!Files.exists(run.path())) {
            run.create(JsonNodeFactory.instance.objectNode());
        }
        return run;
    }

    private RunFolder single(TrainingTask task, TrainingSettings settings, Map<String, Tensor> first, long steps) {
        RunFolder run = run("single-" + singles++);
        TrainingLoop loop = new TrainingLoop(task, settings, run, Device.CPU, 1, List.of(new TrainingLog(run.log())));
        loop.prepare(EngineKind.PLAIN, first);
        loop.train(steps, 100);
        return run;
    }

    private RunFolder rounds(
            Supplier<TrainingTask> tasks,
            TrainingSettings settings,
            RoundSettings rounds,
            Map<String, Tensor> first,
            String name,
            long steps) {
        RunFolder run = run(name);
        RoundLoop loop = loop(tasks, settings, rounds, run, Optional.empty());
        if (run.newest().isEmpty()) {
            loop.prepare(first);
        }
        loop.train(steps);
        return run;
    }

    private RoundLoop loop(
            Supplier<TrainingTask> tasks,
            TrainingSettings settings,
            RoundSettings rounds,
            RunFolder run,
            Optional<HeldOutLoss> heldOut) {
        Path workers = folder.resolve(run.path().getFileName() + "-workers");
        return new RoundLoop(
                tasks.get().metricNames(),
                settings,
                rounds,
                run,
                new LocalRounds(tasks, settings, rounds, workers),
                heldOut,
                List.of(new TrainingLog(run.log())));
    }

    private static float[] weights(RunFolder.Checkpoint checkpoint) {
        return SavedWeights.read(checkpoint.folder()).weights().get("w").toFloatArray();
    }

    private static double[] lines(RunFolder run, String column) {
        try {
            List<String> lines = Files.readAllLines(run.log());
            int index = List.of(lines.get(0).split(",", -1)).indexOf(column);
            return lines.stream()
                    .skip(1)
                    .map(line -> line.split(",", -1)[index])
                    .mapToDouble(value -> value.isEmpty() ? Double.NaN : Double.parseDouble(value))
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> found, float tolerance) {
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, values) ->
                assertArrayEquals(values.toFloatArray(), found.get(name).toFloatArray(), tolerance, name));
    }
}
