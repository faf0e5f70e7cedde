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
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores of images with other channels than three. */
class EvalChannelsTest {
    private static final int SIZE = 8;
    private static final int COUNT = 40;
    private static final String REPEATED = "gray repeated for all channels";

    @TempDir
    Path folder;

    private Path network;
    private Path reference;
    private byte[] gray;

    @BeforeEach
    void write() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        reference = npz("reference.npz", random(50 * SIZE * SIZE * 3, 1), 50, 3);
        gray = random(COUNT * SIZE * SIZE, 2);
    }

    @Test
    void grayIsRepeatedAndTheReportSaysSo() throws IOException {
        byte[] repeated = new byte[gray.length * 3];
        for (int i = 0; i < repeated.length; i++) {
            repeated[i] = gray[i / 3];
        }
        JsonNode expected = report(npz("rgb.npz", repeated, COUNT, 3));
        assertFalse(expected.at("/results/0/samples").has("repeatsGray"));

        for (Path source : List.of(npz("gray.npz", gray, COUNT, 1), grayFiles())) {
            JsonNode found = report(source);

            assertEquals(expected.at("/results/0/scores"), found.at("/results/0/scores"));
            assertTrue(found.at("/results/0/samples/repeatsGray").asBoolean(), source.toString());
            assertFalse(found.at("/reference").has("repeatsGray"));
        }
        String said = succeeding(command(folder.resolve("gray.npz"), "--out", folder.resolve("report")))
                .out();
        assertTrue(said.contains("40 of 8x8, " + REPEATED), said);
        String page = Files.readString(folder.resolve("report/report.md"));
        assertTrue(page.contains("gray, repeated for the feature network"), page);
    }

    @Test
    void aGrayReferenceIsRepeatedToo() throws IOException {
        Path grayReference = npz("gray-reference.npz", gray, COUNT, 1);
        Path rgb = npz("rgb.npz", random(COUNT * SIZE * SIZE * 3, 3), COUNT, 3);

        JsonNode report = report(rgb, "--reference", grayReference);

        assertTrue(report.at("/reference/repeatsGray").asBoolean());
        assertFalse(report.at("/results/0/samples").has("repeatsGray"));
        Path json = folder.resolve("report.json");
        succeeding(command(rgb, "--reference", grayReference, "--baseline", json));
    }

    @Test
    void samplesOfABundleAreRepeated() throws IOException {
        Path bundle = folder.resolve("bundle");
        TinyBundle.write(bundle, SIZE, 1, false, List.of("shirt", "bag"));
        Path out = folder.resolve("report");

        succeeding(generating(bundle, network, "--out", out));

        JsonNode report = new ObjectMapper().readTree(out.resolve("report.json").toFile());
        assertTrue(report.at("/results/0/samples/repeatsGray").asBoolean());
        assertTrue(Files.readString(out.resolve("report.html")).contains("data:image/png;base64,"));
    }

    @Test
    void otherChannelsThanTheNetworkTakesAreRefusedBeforeSampling() throws IOException {
        for (int channels : new int[] {2, 4, 5}) {
            Path bundle = folder.resolve("bundle" + channels);
            TinyBundle.write(bundle, SIZE, channels, false, List.of("shirt", "bag"));
            Path work = folder.resolve("work");

            refused(
                    "The images of the bundle have " + channels + " channels, but the feature network takes 3: name one"
                            + " that was trained with in_channels " + channels + " with --features.",
                    generating(bundle, network, "--work", work));
            assertTrue(Files.notExists(work.resolve("samples")));
            refused(
                    "images of " + channels + " channels, and the network takes 3 (flag in_channels)",
                    command(npz("stored.npz", random(COUNT * SIZE * SIZE * channels, 4), COUNT, channels)));
        }
        Path four = FeatureNetworks.columnMeans(folder.resolve("four.onnx"), SIZE, 4);
        Path one = folder.resolve("bundle1");
        TinyBundle.write(one, SIZE, 1, false, List.of("shirt", "bag"));
        refused("have 1 channel, but the feature network takes 4", generating(one, four));
    }

    @Test
    void aNetworkOfFourChannelsScoresImagesOfFour() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("four.onnx"), SIZE, 4);
        Path samples = npz("four.npz", random(COUNT * SIZE * SIZE * 4, 5), COUNT, 4);
        Path real = npz("real.npz", random(50 * SIZE * SIZE * 4, 6), 50, 4);
        Path batch = folder.resolve("batch.npz");

        double fid =
                report(samples, "--reference", real).at("/results/0/scores/fid").asDouble();

        assertTrue(fid > 0 && Double.isFinite(fid), "FID " + fid);
        succeeding("reference", "--data", real, "--features", network, "--out", batch);
        assertArrayEquals(
                new long[] {50, SIZE, SIZE, 4}, Npz.read(batch).get("arr_0").shape());
        assertEquals(
                fid,
                report(samples, "--reference", batch)
                        .at("/results/0/scores/fid")
                        .asDouble(),
                1e-6 * fid);
        // Alpha matters.
        byte[] opaque = random(COUNT * SIZE * SIZE * 4, 5);
        for (int i = 3; i < opaque.length; i += 4) {
            opaque[i] = -1;
        }
        double other = report(npz("opaque.npz", opaque, COUNT, 4), "--reference", real)
                .at("/results/0/scores/fid")
                .asDouble();
        assertTrue(other > 2 * fid, other + " with opaque images, " + fid + " without");
        Path bundle = folder.resolve("bundle");
        TinyBundle.write(bundle, SIZE, 4, false, List.of("shirt", "bag"));
        Path out = folder.resolve("report");
        succeeding(generating(bundle, network, "--reference", real, "--out", out));
        assertTrue(Files.readString(out.resolve("report.html")).contains("data:image/png;base64,"));
        refused("the network takes 4 (flag in_channels)", command(npz("rgb.npz", gray, COUNT, 1)));
    }

    @Test
    void imagesThatPngCannotHoldAreScoredAndNotShown() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("five.onnx"), SIZE, 5);
        Path samples = npz("five.npz", random(COUNT * SIZE * SIZE * 5, 5), COUNT, 5);
        Path real = npz("real.npz", random(50 * SIZE * SIZE * 5, 6), 50, 5);
        Path out = folder.resolve("report");

        succeeding(command(samples, "--reference", real, "--out", out));

        assertFalse(Files.readString(out.resolve("report.html")).contains("data:image/png;base64,"));
    }

    @Test
    void aReportDoesNotReplaceItsBaseline() throws IOException {
        Path samples = npz("gray.npz", gray, COUNT, 1);
        Path out = folder.resolve("report");
        succeeding(command(samples, "--out", out));
        String before = Files.readString(out.resolve("report.json"));

        refused("would be overwritten", command(samples, "--baseline", out, "--out", out));
        refused("would be overwritten", command(samples, "--baseline", out.resolve("report.json"), "--out", out));
        refused("would be overwritten", command(samples, "--baseline", out, "--out", out.resolve("report.json")));

        assertEquals(before, Files.readString(out.resolve("report.json")));
        succeeding(command(samples, "--baseline", out, "--out", folder.resolve("next")));
    }

    private JsonNode report(Path samples, Object... more) throws IOException {
        Path json = folder.resolve("report.json");
        Files.deleteIfExists(json);
        succeeding(command(samples, arguments(more, "--out", json)));
        return new ObjectMapper().readTree(json.toFile());
    }

    private Object[] command(Path samples, Object... more) {
        return arguments(
                "eval",
                "--features",
                network,
                "--reference",
                reference,
                "--threads",
                1,
                "--samples-npz",
                samples,
                more);
    }

    private Object[] generating(Path bundle, Path features, Object... more) {
        Object[] sampling = {"--steps", 2, "--samples", COUNT, "--work", folder.resolve("own-work")};
        return arguments("eval", "--bundle", bundle, "--features", features, "--reference", reference, sampling, more);
    }

    private Path npz(String name, byte[] values, int count, int channels) {
        Path file = folder.resolve(name);
        Npz.write(file, Map.of("arr_0", Tensor.of(values, count, SIZE, SIZE, channels)));
        return file;
    }

    private Path grayFiles() throws IOException {
        Path files = Files.createDirectories(folder.resolve("gray"));
        for (int i = 0; i < COUNT; i++) {
            int[] values = new int[SIZE * SIZE];
            for (int k = 0; k < values.length; k++) {
                values[k] = gray[i * values.length + k] & 0xff;
            }
            BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
            image.getRaster().setPixels(0, 0, SIZE, SIZE, values);
            ImageIO.write(
                    image, "png", files.resolve(String.format("%03d.png", i)).toFile());
        }
        return files;
    }

    private static byte[] random(int length, long seed) {
        byte[] values = new byte[length];
        new Random(seed).nextBytes(values);
        return values;
    }
}
