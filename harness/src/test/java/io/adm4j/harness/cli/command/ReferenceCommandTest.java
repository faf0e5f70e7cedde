package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceCommandTest {
    private static final int SIZE = 4;

    @TempDir
    Path folder;

    private Path network;

    @BeforeEach
    void write() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
    }

    @Test
    void makesABatchOfAFolderThatEvalTakes() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < 40; i++) {
            png(folder.resolve("real/class" + i % 2 + "/" + i + ".png"), 2 * SIZE, random);
        }
        Path reference = folder.resolve("deep/ref.npz");

        CommandLineRun run = succeeding(
                "reference",
                "--data",
                folder.resolve("real"),
                "--features",
                network,
                "--out",
                reference,
                "--pictures",
                15);

        assertTrue(run.out().contains("statistics of 12 features of 40 images, and 15 of them"), run.out());
        assertFalse(run.out().contains("Warning"), run.out());
        Map<String, Tensor> arrays = Npz.read(reference);
        assertArrayEquals(new long[] {15, SIZE, SIZE, 3}, arrays.get("arr_0").shape());
        assertArrayEquals(new long[] {15}, arrays.get("arr_1").shape());
        assertArrayEquals(new long[] {12}, arrays.get("mu").shape());
        byte[] values = new byte[30 * SIZE * SIZE * 3];
        random.nextBytes(values);
        Path samples = folder.resolve("samples.npz");
        Npz.write(samples, Map.of("arr_0", Tensor.of(values, 30, SIZE, SIZE, 3)));
        CommandLineRun eval =
                succeeding("eval", "--features", network, "--samples-npz", samples, "--reference", reference);
        assertTrue(eval.out().contains("FID"), eval.out());
    }

    @Test
    void warnsOfFewerImagesThanFeatures() {
        byte[] values = new byte[9 * SIZE * SIZE * 3];
        new Random(1).nextBytes(values);
        Path data = folder.resolve("data.npz");
        Npz.write(data, Map.of("arr_0", Tensor.of(values, 9, SIZE, SIZE, 3)));

        CommandLineRun run =
                succeeding("reference", "--data", data, "--features", network, "--out", folder.resolve("ref.npz"));

        assertTrue(run.out().contains("Warning: statistics of 9 images on 12 features"), run.out());
    }

    @Test
    void replacesItsSourceAndFilesOfOthersOnlyByForce() throws IOException {
        byte[] values = new byte[30 * SIZE * SIZE * 3];
        new Random(1).nextBytes(values);
        Path data = folder.resolve("data.npz");
        Npz.write(data, Map.of("arr_0", Tensor.of(values, 30, SIZE, SIZE, 3)));
        Path other = folder.resolve("other.npz");
        Npz.write(other, Map.of("x", Tensor.of(new float[1], 1)));
        byte[] before = Files.readAllBytes(data);
        Files.createSymbolicLink(folder.resolve("link.npz"), data);
        Path set = Files.createDirectory(folder.resolve("folder.npz"));

        refused("named twice", command(data, data));
        refused("named twice", command(data, folder.resolve("link.npz")));
        refused("named twice", command(folder.resolve("link.npz"), data));
        refused("other.npz exists and is not a reference batch of this command", command(data, other));
        refused("is a folder", command(data, set));
        refused("is a folder", CommandLineRun.arguments(command(data, set), "--force"));
        assertArrayEquals(before, Files.readAllBytes(data));
        assertTrue(Npz.read(other).containsKey("x"));

        succeeding(CommandLineRun.arguments(command(data, other), "--force"));
        succeeding(command(data, other));
        succeeding(CommandLineRun.arguments(command(data, data), "--force"));
        assertTrue(Npz.read(data).containsKey("mu"));
    }

    private Object[] command(Path data, Path out) {
        return CommandLineRun.arguments("reference", "--data", data, "--features", network, "--out", out);
    }

    @Test
    void refusesBadInputAndLeavesNothing() throws IOException {
        Path out = folder.resolve("ref.npz");
        byte[] values = new byte[9 * SIZE * SIZE * 3];
        Path data = folder.resolve("data.npz");
        Npz.write(data, Map.of("arr_0", Tensor.of(values, 9, SIZE, SIZE, 3)));
        Path nan = FeatureNetworks.rootsOfColumnMeans(folder.resolve("nan.onnx"), SIZE);
        refused("not a finite number", "reference", "--data", data, "--features", nan, "--out", out);
        refused(
                "let --out end in .npz",
                "reference",
                "--data",
                data,
                "--features",
                network,
                "--out",
                folder.resolve("ref"));
        refused(
                "either --bundle or --features",
                "reference",
                "--data",
                data,
                "--features",
                network,
                "--bundle",
                folder,
                "--out",
                out);
        refused(
                "takes images of 4x4, not of 8x8",
                "reference",
                "--data",
                data,
                "--features",
                network,
                "--out",
                out,
                "--size",
                8);
        refused("at least 1", "reference", "--data", data, "--features", network, "--out", out, "--batch-size", 0);
        refused(
                "There is no file or folder",
                "reference",
                "--data",
                folder.resolve("none"),
                "--features",
                network,
                "--out",
                out);
        try (var files = Files.list(folder)) {
            assertTrue(files.noneMatch(f -> f.getFileName().toString().startsWith("ref")), "something was left behind");
        }
    }

    private static void png(Path file, int size, Random random) throws IOException {
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < size * size; p++) {
            image.setRGB(p % size, p / size, random.nextInt(1 << 24));
        }
        ImageIO.write(image, "png", file.toFile());
    }
}
