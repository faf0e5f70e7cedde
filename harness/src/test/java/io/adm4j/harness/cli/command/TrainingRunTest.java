package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.io.Npz;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training from the command line: its steps, logs and checkpoints. */
@Tag("training")
class TrainingRunTest {
    /** Everything random or stateful that a step can have; passes of 3 and 1 images. */
    private static final Object[] EVERYTHING = {
        "--num-classes",
        3,
        "--dropout",
        0.3,
        "--microbatch",
        3,
        "--ema-rate",
        "0.9,0.99",
        "--flip",
        "--seed",
        7,
        "--lr",
        1e-3,
        "--weight-decay",
        0.01,
        "--lr-warmup-steps",
        2,
        "--lr-anneal-steps",
        9
    };

    @TempDir
    Path folder;

    /** So few timesteps that each has its ten losses after some steps. */
    @Test
    void aRunWithImportanceSamplingResumesAsTheUninterruptedOne() {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        Path uniform = folder.resolve("uniform");
        Object[] options =
                arguments("train", "diffusion", TinyRun.denoiser(), EVERYTHING, "--diffusion-steps", 3, "--data", data);
        Object[] importance = arguments(options, "--schedule-sampler", "loss-second-moment");

        succeeding(arguments(options, "--steps", 1, "--out", uniform));
        succeeding(arguments(importance, "--steps", 24, "--out", whole));
        succeeding(arguments(importance, "--steps", 17, "--out", parts));
        succeeding("train", "diffusion", "--resume", parts, "--steps", 24, "--threads", 1);

        assertArrayEquals(TinyRun.logged(whole, "loss"), TinyRun.logged(parts, "loss"), 1e-6);
        Map<String, Tensor> history = history(whole);
        assertArrayEquals(new long[] {10, 10, 10}, history.get("counts").toLongArray(), "the sampler is warm");
        assertArrayEquals(
                history.get("history").toDoubleArray(),
                history(parts).get("history").toDoubleArray(),
                1e-6);
        assertFalse(Files.exists(new RunFolder(uniform).require().folder().resolve("timesteps.npz")));
    }

    @Test
    void mixedPrecisionResumesWithItsScaleAndExportsItsFloat32Weights() {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        Path file = folder.resolve("weights.safetensors");
        Object[] options = arguments(
                arguments("train", "diffusion", TinyRun.denoiser(), EVERYTHING, "--data", data, "--threads", 1),
                "--use-checkpoint",
                true,
                "--use-fp16",
                true,
                // The second step overflows.
                "--fp16-scale-growth",
                30);

        succeeding(arguments(options, "--steps", 4, "--out", whole));
        succeeding(arguments(options, "--steps", 2, "--out", parts));
        succeeding("train", "diffusion", "--resume", parts, "--steps", 4, "--threads", 1);
        succeeding("export", "--denoiser", parts, "--ema-rate", 0, "--weights", file);

        assertArrayEquals(new double[] {20, 50, 49, 48}, TinyRun.logged(whole, "lg_loss_scale"));
        assertArrayEquals(TinyRun.logged(whole, "lg_loss_scale"), TinyRun.logged(parts, "lg_loss_scale"));
        assertArrayEquals(TinyRun.logged(whole, "loss"), TinyRun.logged(parts, "loss"));
        assertTrue(Double.isFinite(TinyRun.logged(whole, "grad_norm")[0]));
        assertTrue(Double.isNaN(TinyRun.logged(whole, "grad_norm")[1]));
        Map<String, Tensor> trained =
                SavedWeights.read(new RunFolder(whole).require().folder()).weights();
        Tensor kernel = trained.get("input_blocks.0.0.weight");
        assertTrue(HalfFloat.rounded(kernel.floats().get(0)) != kernel.floats().get(0), "float32");
        try (Checkpoint exported = Checkpoint.open(file)) {
            trained.forEach((name, weight) ->
                    assertArrayEquals(weight.toFloatArray(), exported.read(name).toFloatArray(), name));
        }
    }

    private static Map<String, Tensor> history(Path run) {
        return Npz.read(new RunFolder(run).require().folder().resolve("timesteps.npz"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "loss-second-moment"})
    void aResumedRunIsTheUninterruptedOne(String sampler) throws IOException {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        Object[] options = arguments(
                "train", "diffusion", TinyRun.denoiser(), EVERYTHING, "--schedule-sampler", sampler, "--data", data);

        succeeding(arguments(options, "--steps", 6, "--out", whole));
        succeeding(arguments(options, "--steps", 3, "--out", parts));
        // A crash leaves lines of steps that no checkpoint holds.
        Files.writeString(parts.resolve("log.csv"), "4,1,99,99,99,1\n", StandardOpenOption.APPEND);
        Files.createDirectories(parts.resolve("saving"));
        String resumed = succeeding("train", "diffusion", "--resume", parts, "--steps", 6, "--threads", 1)
                .out();

        assertTrue(resumed.contains("Resuming from step 3"), resumed);
        for (String column : List.of("step", "lr", "loss", "mse", "vb")) {
            assertArrayEquals(TinyRun.logged(whole, column), TinyRun.logged(parts, column), 1e-6, column);
        }
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, TinyRun.logged(whole, "step"));
        SavedWeights expected = SavedWeights.read(new RunFolder(whole).require().folder());
        SavedWeights actual = SavedWeights.read(new RunFolder(parts).require().folder());
        assertSame(expected.weights(), actual.weights());
        List<Double> rates = TrainingSettings.fromJson(
                        new RunFolder(whole).description().get("training"))
                .emaRates();
        assertEquals(2, rates.size());
        for (double rate : rates) {
            assertSame(expected.averages(rate), actual.averages(rate));
        }
    }

    private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, tensor) ->
                assertArrayEquals(tensor.toFloatArray(), actual.get(name).toFloatArray(), 1e-6f, name));
    }

    @Test
    void microbatchesChangeNothing() {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Object[] options =
                arguments("train", "diffusion", TinyRun.denoiser(), EVERYTHING, "--data", data, "--steps", 4);

        succeeding(arguments(options, "--out", folder.resolve("parts")));
        succeeding(arguments(options, "--microbatch", 4, "--out", folder.resolve("whole")));
        succeeding(arguments(options, "--microbatch", 1, "--out", folder.resolve("single")));

        double[] losses = TinyRun.logged(folder.resolve("whole"), "loss");
        assertArrayEquals(losses, TinyRun.logged(folder.resolve("parts"), "loss"), 1e-5);
        assertArrayEquals(losses, TinyRun.logged(folder.resolve("single"), "loss"), 1e-5);
    }

    @Test
    void dropoutAndSeedCount() {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Object[] options = arguments(
                "train",
                "diffusion",
                TinyRun.denoiser(),
                "--num-classes",
                3,
                "--lr",
                1e-2,
                "--data",
                data,
                "--steps",
                3);

        succeeding(arguments(options, "--out", folder.resolve("plain")));
        succeeding(arguments(options, "--dropout", 0.5, "--out", folder.resolve("dropped")));
        succeeding(arguments(options, "--seed", 1, "--out", folder.resolve("other")));

        double[] plain = TinyRun.logged(folder.resolve("plain"), "loss");
        // The last layer starts at zero: nothing before it shows in the first loss.
        assertEquals(plain[0], TinyRun.logged(folder.resolve("dropped"), "loss")[0], 1e-6);
        assertNotEquals(plain[2], TinyRun.logged(folder.resolve("dropped"), "loss")[2], 1e-6);
        assertNotEquals(plain[0], TinyRun.logged(folder.resolve("other"), "loss")[0], 1e-6);
    }

    @Test
    void imagesWithoutLabelsTrainAnUnconditionalModel() {
        Path data = TinyRun.data(folder.resolve("data.npz"), 5, 0);
        Path run = folder.resolve("run");
        Path bundle = folder.resolve("bundle");
        Path samples = folder.resolve("samples.npz");

        succeeding(arguments(
                "train",
                "diffusion",
                TinyRun.denoiser(),
                "--class-cond",
                false,
                "--learn-sigma",
                false,
                "--data",
                data,
                "--steps",
                2,
                "--out",
                run));
        succeeding("export", "--denoiser", run, "--out", bundle);
        succeeding("sample", "--bundle", bundle, "--steps", 2, "--num-samples", 3, "--out", samples);

        assertEquals(List.of("arr_0"), List.copyOf(Npz.read(samples).keySet()));
        refused("have no labels", "sample", "--bundle", bundle, "--labels", "1", "--out", samples);
        refused("has no classifier", "sample", "--bundle", bundle, "--classifier-scale", 1, "--out", samples);
    }

    @Test
    void aRunIsTrainedByOneProcessAtATime() throws IOException {
        Path data = TinyRun.data(folder.resolve("data.npz"), 5, 3);
        Path run = folder.resolve("run");
        Object[] options = arguments("train", "diffusion", TinyRun.denoiser(), "--num-classes", 3, "--data", data);
        Files.createDirectories(run);
        // What a process leaves that was killed before its first checkpoint.
        Files.writeString(run.resolve("run.json"), "{}");
        succeeding(arguments(options, "--steps", 1, "--out", run));

        try (FileChannel other = FileChannel.open(run.resolve("lock"), StandardOpenOption.WRITE);
                FileLock lock = other.lock()) {
            assertTrue(lock.isValid());
            refused("Another process", "train", "diffusion", "--resume", run, "--steps", 2);
        }

        succeeding("train", "diffusion", "--resume", run, "--steps", 2);
        assertArrayEquals(new double[] {1, 2}, TinyRun.logged(run, "step"));
    }

    @Test
    void aLossThatIsNotFiniteStopsTheRun() {
        Path data = TinyRun.data(folder.resolve("data.npz"), 5, 3);
        Path run = folder.resolve("run");

        Object[] options = arguments(
                "train", "diffusion", TinyRun.denoiser(), "--num-classes", 3, "--ema-rate", 0.5, "--data", data);

        refused("no longer finite", arguments(options, "--steps", 50, "--lr", 1e30, "--out", run));

        assertEquals(0, new RunFolder(run).require().step(), "the last whole checkpoint is kept");
        succeeding(arguments(options, "--steps", 5, "--lr", 1e-3, "--out", run));
        assertEquals(5, new RunFolder(run).require().step());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5}, TinyRun.logged(run, "step"));
    }

    @Test
    void aDenoiserIsClassConditionalWhereTheImagesHaveLabels() {
        Object[] options = arguments("train", "diffusion", TinyRun.denoiser(), "--num-classes", 3, "--steps", 1);
        Path labeled = folder.resolve("labeled");
        Path plain = folder.resolve("plain");

        succeeding(arguments(options, "--data", TinyRun.data(folder.resolve("3.npz"), 5, 3), "--out", labeled));
        succeeding(arguments(options, "--data", TinyRun.data(folder.resolve("0.npz"), 5, 0), "--out", plain));

        assertTrue(conditional(labeled));
        assertFalse(conditional(plain));
    }

    private static boolean conditional(Path run) {
        return new RunFolder(run).description().at("/flags/class_cond").booleanValue();
    }

    @Test
    void anAverageThatIsTooSlowIsWarnedOf() {
        Path data = TinyRun.data(folder.resolve("data.npz"), 5, 3);
        Path run = folder.resolve("run");
        Object[] options = arguments("train", "diffusion", TinyRun.denoiser(), "--num-classes", 3, "--data", data);

        String slow = succeeding(arguments(options, "--ema-rate", "0.5,0.9", "--steps", 4, "--out", run))
                .err();
        assertTrue(
                slow.contains(
                        "Warning: the moving average of rate 0.9 holds 66 % of the initial weights after 4 steps: train"
                                + " for at least 22 steps, or start again with an --ema-rate of at most 0.562."),
                slow);
        assertFalse(slow.contains("rate 0.5 "), slow);

        String largest = succeeding("export", "--denoiser", run, "--out", folder.resolve("b"))
                .err();
        assertTrue(largest.contains("of " + run + " of rate 0.9 holds 66 % of the initial weights"), largest);
        assertTrue(largest.contains("train to step 22 at least") && largest.contains("--ema-rate 0."), largest);
        Object[] export = {"export", "--denoiser", run, "--out"};
        assertEquals(
                "",
                succeeding(arguments(export, folder.resolve("c"), "--ema-rate", 0.5))
                        .err());
        assertEquals(
                "",
                succeeding(arguments(export, folder.resolve("d"), "--ema-rate", 0))
                        .err());
    }
}
