package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.io.NpyWriter;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CascadeTest {
    private static final int SMALL = 6;
    private static final int LARGE = 12;
    private static final int IMAGE = LARGE * LARGE * 3;
    private static final List<String> CLASSES = List.of("shirt", "bag", "boot");

    @TempDir
    Path folder;

    private Path bundle;
    private Path upsampler;
    private Path out;

    @BeforeEach
    void writeBundles() throws IOException {
        bundle = folder.resolve("tiny");
        upsampler = folder.resolve("up");
        out = folder.resolve("out.npz");
        TinyBundle.write(bundle, SMALL, true, CLASSES);
        TinyBundle.writeUpsampler(upsampler, SMALL, LARGE, true, CLASSES.size());
    }

    @Test
    void twoStagesAreOneThenTheOther() {
        for (String sampler : List.of("ddim", "ddpm")) {
            Path base = folder.resolve("base.npz");
            Object[] second = {"--upsampler", upsampler, "--upsampler-steps", 5, "--upsampler-sampler", sampler};
            Object[] first = {
                "--bundle", bundle, "--steps", 4, "--labels", "2,0", "--num-samples", 5, "--classifier-scale", 2
            };
            succeeding(
                    CommandLineRun.arguments("sample", first, second, "--seed", 9, "--out", out, "--base-out", base));
            Map<String, Tensor> together = Npz.read(out);

            assertArrayEquals(
                    new long[] {5, LARGE, LARGE, 3}, together.get("arr_0").shape());
            assertArrayEquals(new long[] {2, 0, 2, 0, 2}, together.get("arr_1").toLongArray());
            Path alone = folder.resolve("alone.npz");
            succeeding(CommandLineRun.arguments("sample", first, "--seed", 9, "--out", alone));
            assertSame(Npz.read(alone), Npz.read(base));
            Path upsampled = folder.resolve("upsampled.npz");
            succeeding(CommandLineRun.arguments(
                    "sample", "--base-samples", alone, second, "--seed", 9, "--batch-size", 2, "--out", upsampled));
            assertSame(together, Npz.read(upsampled));
            succeeding(CommandLineRun.arguments(
                    "sample", "--base-samples", alone, second, "--seed", 9, "--num-samples", 3, "--out", upsampled));
            assertArrayEquals(
                    together.get("arr_0").rows(0, 3).toByteArray(),
                    Npz.read(upsampled).get("arr_0").toByteArray());
        }
        assertEquals(List.of(), leftOver());
    }

    @Test
    void everyOptionOfTheSecondStageCounts() {
        Object[] command = {
            "sample", "--bundle", bundle, "--steps", 4, "--upsampler", upsampler, "--upsampler-steps", 5, "--out", out
        };
        succeeding(command);
        byte[] plain = Npz.read(out).get("arr_0").toByteArray();
        Path noise = folder.resolve("noise.npy");
        NpyWriter.write(noise, Tensor.of(new float[3 * IMAGE], 3, 3, LARGE, LARGE));
        for (Object[] other : List.of(
                new Object[] {"--upsampler-steps", 4},
                new Object[] {"--upsampler-sampler", "ddpm"},
                new Object[] {"--upsampler-eta", 1},
                new Object[] {"--upsampler-classifier-scale", 5},
                new Object[] {"--upsampler-noise", noise},
                new Object[] {"--steps", 5},
                new Object[] {"--seed", 1})) {
            succeeding(CommandLineRun.arguments(command, other));
            assertFalse(Arrays.equals(plain, Npz.read(out).get("arr_0").toByteArray()), Arrays.toString(other));
        }
        succeeding(command);
        assertArrayEquals(plain, Npz.read(out).get("arr_0").toByteArray());
    }

    @Test
    void theGridShowsTheLargeImages() throws IOException {
        Path grid = folder.resolve("grid.png");
        succeeding(
                "sample",
                "--bundle",
                bundle,
                "--steps",
                2,
                "--upsampler",
                upsampler,
                "--upsampler-steps",
                2,
                "--num-samples",
                6,
                "--grid",
                grid);
        int gap = 2;
        assertEquals(3 * LARGE + 4 * gap, ImageIO.read(grid.toFile()).getWidth());
        assertEquals(2 * LARGE + 3 * gap, ImageIO.read(grid.toFile()).getHeight());
        assertEquals(List.of(), leftOver());
    }

    @Test
    void bothStagesAreResumed() throws Exception {
        Path base = folder.resolve("base.npz");
        Object[] command = {
            "sample",
            "--bundle",
            bundle,
            "--sampler",
            "ddpm",
            "--steps",
            500,
            "--num-samples",
            20,
            "--batch-size",
            2,
            "--upsampler",
            upsampler,
            "--upsampler-steps",
            4,
            "--out",
            out,
            "--base-out",
            base
        };
        Path parts = folder.resolve("out.npz.parts");
        Path lastShard = parts.resolve("shard-000000002.npz");
        InterruptedRun.until(lastShard, command);
        assertTrue(Files.notExists(out));
        refused(
                "other settings (upsampler.steps: 4 then, 5 now): use those",
                CommandLineRun.arguments(command, "--upsampler-steps", 5));

        // The second batch: its large images are lost, its base images differ from what sampling would give.
        Files.delete(lastShard);
        byte[] marked = new byte[2 * SMALL * SMALL * 3];
        Arrays.fill(marked, (byte) 7);
        Path baseShard = parts.resolve("base-000000002.npz");
        Tensor labels = Npz.read(baseShard).get("arr_1");
        Npz.write(baseShard, Map.of("arr_0", Tensor.of(marked, 2, SMALL, SMALL, 3), "arr_1", labels));
        String printed = succeeding(command).out();

        assertTrue(printed.contains("of them from before"), printed);
        assertArrayEquals(marked, Npz.read(base).get("arr_0").rows(2, 4).toByteArray());
        byte[] resumed = Npz.read(out).get("arr_0").toByteArray();
        assertEquals(List.of(), leftOver());
        succeeding("sample", "--base-samples", base, "--upsampler", upsampler, "--upsampler-steps", 4, "--out", out);
        assertArrayEquals(Npz.read(out).get("arr_0").toByteArray(), resumed);
    }

    @Test
    void largerImagesAreShrunkByArea() throws IOException {
        byte[] levels = new byte[4 * SMALL * SMALL * 3];
        for (int i = 0; i < levels.length; i++) {
            int column = i / 3 % (2 * SMALL);
            int line = i / 3 / (2 * SMALL);
            // Each square of four has 10, 20, 30 and 41 more than its place.
            levels[i] = (byte) (column / 2 + 10 * i % 3 + new int[] {10, 20, 30, 41}[line % 2 * 2 + column % 2]);
        }
        Path base = folder.resolve("base.npz");
        Npz.write(
                base,
                Map.of("arr_0", Tensor.of(levels, 1, 2 * SMALL, 2 * SMALL, 3), "arr_1", Tensor.of(new long[] {1}, 1)));
        Object[] command = {
            "sample", "--base-samples", base, "--upsampler", upsampler, "--upsampler-steps", 2, "--out", out
        };
        CommandLineRun run = succeeding(command);
        assertTrue(run.err().contains("of 12x12 are downsampled to 6x6"), run.err());

        byte[] small = new byte[SMALL * SMALL * 3];
        for (int i = 0; i < small.length; i++) {
            small[i] = (byte) (i / 3 % SMALL + 10 * i % 3 + 25);
        }
        byte[] shrunk = Npz.read(out).get("arr_0").toByteArray();
        Npz.write(base, Map.of("arr_0", Tensor.of(small, 1, SMALL, SMALL, 3), "arr_1", Tensor.of(new long[] {1}, 1)));
        succeeding(command);
        assertArrayEquals(Npz.read(out).get("arr_0").toByteArray(), shrunk);
    }

    @Test
    void whatDoesNotFitIsOneSentenceAndLeavesNothingBehind() throws IOException {
        Object[] command = {
            "sample", "--bundle", bundle, "--steps", 2, "--upsampler", upsampler, "--upsampler-steps", 2, "--out", out
        };
        Path wrong = folder.resolve("wrong");
        TinyBundle.writeUpsampler(wrong, 4, LARGE, false, CLASSES.size());
        refused(
                "upsamples images of 4x4 to 12x12, but the base images are 6x6",
                CommandLineRun.arguments(command, "--upsampler", wrong));
        TinyBundle.writeUpsampler(wrong, SMALL, LARGE, false, CLASSES.size() + 1);
        refused("knows 4 classes and the model tiny 3", CommandLineRun.arguments(command, "--upsampler", wrong));
        refused("is no upsampler", CommandLineRun.arguments(command, "--upsampler", bundle));
        refused("is an upsampler, which takes images", CommandLineRun.arguments(command, "--bundle", upsampler));
        refused("use ddim250 or ddim334", CommandLineRun.arguments(command, "--upsampler-steps", "ddim300"));
        refused(
                "must be one of ddim, ddpm, dpm-solver, dpm-solver++, unipc, not 'euler'",
                CommandLineRun.arguments(command, "--upsampler-sampler", "euler"));
        TinyBundle.writeUpsampler(wrong, SMALL, LARGE, false, CLASSES.size());
        refused(
                "has no classifier",
                CommandLineRun.arguments(command, "--upsampler", wrong, "--upsampler-classifier-scale", 1));
        Path noise = folder.resolve("noise.npy");
        NpyWriter.write(noise, Tensor.of(new float[3 * SMALL * SMALL], 1, 3, SMALL, SMALL));
        refused("[N, 3, 12, 12]", CommandLineRun.arguments(command, "--upsampler-noise", noise));
        refused("--upsampler", "sample", "--bundle", bundle, "--out", out, "--upsampler-steps", 3);
        refused("--upsampler", "sample", "--bundle", bundle, "--out", out, "--base-out", folder.resolve("base.npz"));

        Path base = folder.resolve("base.npz");
        Tensor images = Tensor.of(new byte[2 * SMALL * SMALL * 3], 2, SMALL, SMALL, 3);
        Npz.write(base, Map.of("arr_0", images));
        Object[] stored = {"sample", "--base-samples", base, "--upsampler", upsampler, "--out", out};
        refused("label must be given for each image: the model up needs it", stored);
        Npz.write(base, Map.of("arr_0", images, "arr_1", Tensor.of(new long[] {1, 3}, 2)));
        refused("label must be a number from 0 to 2 for the model up, not 3", stored);
        Npz.write(base, Map.of("arr_0", images, "arr_1", Tensor.of(new long[] {1}, 1)));
        refused("arr_1", stored);
        Npz.write(base, Map.of("arr_0", images, "arr_1", Tensor.of(new long[] {1, 2}, 2)));
        refused("holds 2 images, and 3 are requested", CommandLineRun.arguments(stored, "--num-samples", 3));
        refused("leave out --labels", CommandLineRun.arguments(stored, "--labels", 1));
        refused("leave out --steps", CommandLineRun.arguments(stored, "--steps", 5));
        refused("with --upsampler", "sample", "--base-samples", base, "--out", out);
        refused("There is no file", CommandLineRun.arguments(stored, "--base-samples", folder.resolve("none.npz")));
        Files.writeString(base, "no archive");
        refused("npz", stored);
        assertEquals(List.of(), leftOver());
    }

    private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
        assertArrayEquals(
                expected.get("arr_0").toByteArray(), actual.get("arr_0").toByteArray());
        assertArrayEquals(
                expected.get("arr_1").toLongArray(), actual.get("arr_1").toLongArray());
    }

    private List<Path> leftOver() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".parts")).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
