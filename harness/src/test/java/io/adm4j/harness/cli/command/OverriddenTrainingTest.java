package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.training.TinyRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --override}: settings of a run that change when it is resumed. */
@Tag("training")
class OverriddenTrainingTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    private Path data;

    @BeforeEach
    void writeData() {
        data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
    }

    /** A run that is stopped and resumed with its settings changed takes the same steps, however often it is resumed after. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lr=1e-4 weight-decay=0.1 lr_anneal_steps=20 lr_warmup_steps=3",
                "batch_size=3 flip=true",
                "batch_size=6 microbatch=2",
                "dropout=0.3 seed=5",
                "schedule_sampler=loss-second-moment",
                "ema_rate=0.5,0.9"
            })
    void resumesExactlyAfterAChange(String overrides) throws IOException {
        Path whole = start("whole");
        Path interrupted = start("interrupted");

        resume(whole, 6, overrides);
        resume(interrupted, 4, overrides);
        resume(interrupted, 6, "");

        assertArrayEquals(checkpoint(whole, 6), checkpoint(interrupted, 6));
        assertArrayEquals(TinyRun.logged(whole, "loss"), TinyRun.logged(interrupted, "loss"));
        assertArrayEquals(TinyRun.logged(whole, "samples"), TinyRun.logged(interrupted, "samples"));
        assertEquals(1, description(interrupted).get("overrides").size());
    }

    @Test
    void whatChangesIsRecorded() throws IOException {
        Path run = start("run");
        resume(run, 3, "lr=1e-4 seed=0 dropout=0.25");
        resume(run, 4, "lr=1e-4");
        resume(run, 5, "lr=1e-5");

        JsonNode description = description(run);
        assertEquals(
                "[{\"step\":2,\"values\":{\"lr\":1.0E-4,\"dropout\":0.25},\"before\":{\"lr\":0.001,\"dropout\":0.0}},"
                        + "{\"step\":4,\"values\":{\"lr\":1.0E-5},\"before\":{\"lr\":1.0E-4}}]",
                description.get("overrides").toString());
        assertEquals(1e-5, description.at("/training/lr").asDouble());
        assertEquals(0.25, description.at("/flags/dropout").asDouble());
        assertArrayEquals(new double[] {1e-3, 1e-3, 1e-4, 1e-4, 1e-5}, TinyRun.logged(run, "lr"), 1e-12);
    }

    /** Images that were seen, and the place in the epochs, go on from where they were. */
    @Test
    void imagesAreCountedOnWithAnotherBatchSize() throws IOException {
        Path run = start("run");
        resume(run, 4, "batch_size=6");
        resume(run, 5, "batch-size=2");

        assertArrayEquals(new double[] {4, 8, 14, 20, 22}, TinyRun.logged(run, "samples"));
        assertEquals(2, description(run).at("/training/microbatch").asInt());
        assertTrue(succeeding("train", "status", run, "--json").out().contains("22"));
    }

    @Test
    void aNewAverageStartsFromTheWeightsAndAnOldOneIsDropped() throws IOException {
        Path run = start("run");
        float[] weights = floats(run, 2, "weights");
        // With a rate of next to 1 the average stays where it starts.
        resume(run, 3, "ema_rate=0.9999999999");

        assertArrayEquals(weights, floats(run, 3, "average_0.9999999999"), 1e-9f);
        assertTrue(Files.mismatch(file(run, 3, "weights"), file(run, 3, "average_0.9999999999")) >= 0);
        assertTrue(Files.notExists(file(run, 3, "average_0.995")));
        assertTrue(Files.exists(file(run, 2, "average_0.995")));
    }

    @Test
    void whatCannotBeChangedIsRefused() throws IOException {
        Path run = start("run");
        String before = description(run).toString();

        refused(
                "cannot change num_channels",
                arguments("train", "diffusion", "--resume", run, "--override", "num_channels=64"));
        refused("lr, batch_size", arguments("train", "diffusion", "--resume", run, "--override", "random_crop=true"));
        refused("lr must be above 0", arguments("train", "diffusion", "--resume", run, "--override", "lr=0"));
        refused("dropout must be in", arguments("train", "diffusion", "--resume", run, "--override", "dropout=1"));
        refused("uniform or", arguments("train", "diffusion", "--resume", run, "--override", "schedule_sampler=x"));
        refused("ema_rate", arguments("train", "diffusion", "--resume", run, "--override", "ema_rate=1.5"));
        refused(
                "--override changes a run that is resumed",
                arguments(
                        "train",
                        "diffusion",
                        TinyRun.denoiser(),
                        "--data",
                        data,
                        "--steps",
                        1,
                        "--out",
                        folder.resolve("new"),
                        "--override",
                        "lr=1"));

        assertEquals(before, description(run).toString());
        assertFalse(Files.exists(folder.resolve("new")));
    }

    @Test
    void theTrainingApiKeepsItsAverages() throws IOException {
        Path run = start("run", "--engine", "ort");

        refused("--engine ort", arguments("train", "diffusion", "--resume", run, "--override", "ema_rate=0.5"));
        resume(run, 3, "lr=1e-4 ema_rate=0.995");
        assertEquals(3, TinyRun.logged(run, "loss").length);
    }

    @Test
    void classifiersChangeTheirCrops() throws IOException {
        Path run = folder.resolve("run");
        succeeding(arguments("train", "classifier", TinyRun.classifier(), "--data", data, "--steps", 1, "--out", run));
        succeeding("train", "classifier", "--resume", run, "--steps", 2, "--override", "random-crop=true");

        assertTrue(description(run).at("/flags/random_crop").asBoolean());
        refused(
                "cannot change dropout",
                arguments("train", "classifier", "--resume", run, "--override", "dropout=0.5"));
    }

    private Path start(String name, Object... more) {
        Path run = folder.resolve(name);
        succeeding(arguments(
                "train",
                "diffusion",
                TinyRun.denoiser(),
                "--data",
                data,
                "--steps",
                2,
                "--out",
                run,
                "--keep",
                9,
                more));
        return run;
    }

    private static void resume(Path run, int steps, String overrides) {
        // In one word: arguments() lets an option that is given again replace the one before.
        Object[] options = overrides.isEmpty()
                ? new Object[0]
                : ("--override=" + overrides.replace(" ", " --override=")).split(" ");
        succeeding(arguments(
                "train", "diffusion", "--resume", run, "--steps", steps, "--threads", 1, "--keep", 9, options));
    }

    private static JsonNode description(Path run) throws IOException {
        return MAPPER.readTree(run.resolve("run.json").toFile());
    }

    private static byte[] checkpoint(Path run, int step) throws IOException {
        byte[] weights = array(run, step, "weights");
        byte[] moments = array(run, step, "second_moments");
        byte[] all = Arrays.copyOf(weights, weights.length + moments.length);
        System.arraycopy(moments, 0, all, weights.length, moments.length);
        return all;
    }

    private static byte[] array(Path run, int step, String name) throws IOException {
        return Files.readAllBytes(file(run, step, name));
    }

    private static float[] floats(Path run, int step, String name) throws IOException {
        FloatBuffer values = ByteBuffer.wrap(array(run, step, name))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] all = new float[values.remaining()];
        values.get(all);
        return all;
    }

    private static Path file(Path run, int step, String name) {
        return run.resolve(String.format(Locale.ROOT, "checkpoint-%08d/%s.bin", step, name));
    }
}
