package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks of one and of four channels, trained, exported and sampled from. */
@Tag("training")
class TrainedChannelsTest {
    private static final int COUNT = 16;
    private static final int SIZE = TinyRun.SIZE;

    @TempDir
    static Path folder;

    private static String said;

    @BeforeAll
    static void trainAndExport() throws IOException {
        Object[] settings = {"--ema-rate", 0.8, "--lr", 2e-3, "--steps", 60};
        Path flags = Files.writeString(folder.resolve("flags.yaml"), "in_channels: 1\nout_channels: 2\n");
        Object[] gray = arguments("train", "diffusion", TinyRun.denoiser(), settings, "--flags", flags);
        Object[] rgba = arguments("train", "diffusion", TinyRun.denoiser(), settings, "--in-channels", 4);

        said = succeeding(arguments(gray, "--data", grayFiles(), "--out", run(1)))
                .out();
        succeeding(arguments(rgba, "--data", rgbaArray(), "--out", run(4)));

        Object[] classifying = arguments("train", "classifier", TinyRun.classifier(), settings, "--batch-size", COUNT);
        succeeding(arguments(
                classifying, "--in-channels", 4, "--no-noise", "--data", rgbaArray(), "--out", run("features")));
        succeeding("export", "--denoiser", run(1), "--reference", grayFiles(), "--out", bundle(1));
        succeeding(
                "export",
                "--denoiser",
                run(4),
                "--features",
                run("features"),
                "--reference",
                rgbaArray(),
                "--out",
                bundle(4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void theLossFalls(int channels) {
        double[] losses = TinyRun.logged(run(channels), "mse");
        double first = Arrays.stream(losses).limit(8).average().orElseThrow();
        double last = Arrays.stream(losses).skip(losses.length - 8).average().orElseThrow();
        assertTrue(last < 0.6 * first, first + " to " + last);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void theBundleSaysAndSamplesItsChannels(int channels) {
        Manifest manifest = ModelBundle.load(bundle(channels)).manifest();
        assertEquals(channels, manifest.channels());
        assertEquals(channels, manifest.denoiser().get("in_channels").asInt());
        Path samples = folder.resolve("samples" + channels + ".npz");

        succeeding("sample", "--bundle", bundle(channels), "--steps", 4, "--samples", 3, "--out", samples);

        assertArrayEquals(
                new long[] {3, SIZE, SIZE, channels},
                Npz.read(samples).get("arr_0").shape());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void theReferenceHasTheSameChannels(int channels) {
        Tensor reference = Npz.read(bundle(channels).resolve("reference.npz")).get("arr_0");

        assertArrayEquals(new long[] {COUNT, SIZE, SIZE, channels}, reference.shape());
    }

    @Test
    void flagsOfTheRunFollowFromOneAnother() {
        JsonNode flags = new RunFolder(run(1)).description().get("flags");

        assertEquals(1, flags.get("in_channels").asInt());
        assertFalse(flags.has("out_channels"));
        assertEquals(2, flags.get("num_classes").asInt(), "two folders");
        assertTrue(said.contains("num_classes is 2, the number of classes of the images."), said);
        assertTrue(said.contains("16 images of 8x8, 1 channel, 2 classes"), said);
    }

    @Test
    void aResumedRunReadsTheSameChannels() {
        Path copy = folder.resolve("resumed");
        Object[] run = arguments("train", "diffusion", TinyRun.denoiser(), "--in-channels", 4, "--data", rgbaArray());
        succeeding(arguments(run, "--steps", 1, "--out", copy));

        succeeding("train", "diffusion", "--resume", copy, "--steps", 2);

        assertEquals(2, TinyRun.logged(copy, "loss").length);
        refused("--in-channels is fixed", "train", "diffusion", "--resume", copy, "--steps", 3, "--in-channels", 1);
    }

    @Test
    void imagesThatDoNotFitAreRefusedBeforeARunExists() throws IOException {
        Path none = folder.resolve("none");
        Object[] diffusion = arguments("train", "diffusion", TinyRun.denoiser(), "--steps", 1, "--out", none, "--data");

        refused("images of 4 channels, and the network takes 3 (flag in_channels)", arguments(diffusion, rgbaArray()));
        refused("has no alpha channel", arguments(diffusion, grayFiles(), "--in-channels", 4));
        refused("which the image files in", arguments(diffusion, grayFiles(), "--in-channels", 5));
        refused("in_channels", arguments(diffusion, grayFiles(), "--in-channels", 0));
        Path flags = Files.writeString(folder.resolve("wrong.json"), "{\"in_channels\": 1, \"out_channels\": 3}");
        refused("out_channels must be 1 or 2", arguments(diffusion, grayFiles(), "--flags", flags));
        Path upsampler = Files.writeString(folder.resolve("upsampler.json"), "{\"large_size\": 16, \"small_size\": 8}");
        refused("describe an upsampler (large_size 16)", arguments(diffusion, grayFiles(), "--flags", upsampler));
        assertTrue(Files.notExists(none));
    }

    @Test
    void otherChannelsStartTheFirstAndTheLastLayerFresh() {
        Path run = folder.resolve("tuned");

        String report = succeeding(
                        "train",
                        "diffusion",
                        "--init-from",
                        run(1),
                        "--in-channels",
                        4,
                        "--steps",
                        1,
                        "--data",
                        rgbaArray(),
                        "--out",
                        run)
                .err();

        assertTrue(report.contains("Starting fresh: 3 of another shape (input_blocks.0.0.weight"), report);
        assertEquals(
                4, new RunFolder(run).description().at("/flags/in_channels").asInt());
    }

    @Test
    void aSourceGivesItsChannels() {
        Path run = folder.resolve("same");

        succeeding("train", "diffusion", "--init-from", bundle(4), "--steps", 1, "--data", rgbaArray(), "--out", run);

        assertEquals(
                4, new RunFolder(run).description().at("/flags/in_channels").asInt());
    }

    @Test
    void networksOfOtherChannelsAreNotExportedTogether() {
        Path none = folder.resolve("no-bundle");

        refused(
                "The feature network takes images with 4 channels, the denoiser makes them with 1",
                "export",
                "--denoiser",
                run(1),
                "--features",
                run("features"),
                "--out",
                none);
        assertTrue(Files.notExists(none));
    }

    private static Path run(Object name) {
        return folder.resolve("run-" + name);
    }

    private static Path bundle(int channels) {
        return folder.resolve("bundle-" + channels);
    }

    /** Gray PNG files in two folders. */
    private static Path grayFiles() throws IOException {
        Path files = folder.resolve("gray");
        Random random = new Random(1);
        for (int i = 0; i < COUNT; i++) {
            BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
            int[] values = random.ints(SIZE * SIZE, 0, 16).toArray();
            for (int k = 0; k < values.length; k++) {
                values[k] += i % 2 == 0 ? 40 : 180;
            }
            image.getRaster().setPixels(0, 0, SIZE, SIZE, values);
            Path of = Files.createDirectories(files.resolve(i % 2 == 0 ? "dark" : "light"));
            ImageIO.write(image, "png", of.resolve(i + ".png").toFile());
        }
        return files;
    }

    /** An array whose fourth channel is a mask. */
    private static Path rgbaArray() {
        byte[] values = new byte[COUNT * SIZE * SIZE * 4];
        Random random = new Random(2);
        for (int i = 0; i < values.length; i++) {
            int image = i / (SIZE * SIZE * 4);
            int mask = i / (SIZE * 4) % SIZE < SIZE / 2 ? 255 : 0;
            values[i] = (byte) (i % 4 == 3 ? mask : (image % 2 == 0 ? 40 : 180) + random.nextInt(16));
        }
        Path file = folder.resolve("rgba.npz");
        long[] labels = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            labels[i] = i % 2;
        }
        Npz.write(file, Map.of("arr_0", Tensor.of(values, COUNT, SIZE, SIZE, 4), "arr_1", Tensor.of(labels, COUNT)));
        return file;
    }
}
