package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.export.GoldenBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.io.NpyWriter;
import io.adm4j.io.Npz;
import io.adm4j.sampling.PixelScale;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleCommandTest {
    private static final int SIZE = 6;
    private static final int IMAGE = SIZE * SIZE * 3;

    @TempDir
    Path folder;

    private Path bundle;
    private Path out;

    @BeforeEach
    void writeBundle() throws IOException {
        bundle = folder.resolve("tiny");
        out = folder.resolve("out.npz");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "Bag", "ankle boot"));
    }

    @Test
    void oneOfEachClassByDefault() {
        String printed = sample("--steps", 2);

        assertTrue(printed.contains("3 images"), printed);
        assertArrayEquals(new long[] {3, SIZE, SIZE, 3}, images().shape());
        assertArrayEquals(new long[] {0, 1, 2}, labels());
        assertEquals(List.of(out.getFileName()), written(), "no parts are left");
    }

    @Test
    void whatIsNotSaidIsTheBundles() throws IOException {
        Path manifest = bundle.resolve("model.json");
        String plain = Files.readString(manifest);
        Files.writeString(
                manifest,
                plain.replaceFirst(
                        "\\{",
                        "{ \"sampling\": {\"sampler\": \"unipc\", \"steps\": \"4\", \"solverOrder\": 1,"
                                + " \"classifierScale\": 2},"));
        sample();
        byte[] usual = images().toByteArray();
        sample("--sampler", "ddpm", "--steps", 3);
        byte[] other = images().toByteArray();
        sample("--solver-order", 3);
        byte[] third = images().toByteArray();
        Files.writeString(manifest, plain);
        sample("--sampler", "unipc", "--steps", 4, "--solver-order", 1, "--classifier-scale", 2);
        assertArrayEquals(usual, images().toByteArray());
        sample("--sampler", "ddpm", "--steps", 3, "--classifier-scale", 2);
        assertArrayEquals(other, images().toByteArray());
        sample("--sampler", "unipc", "--steps", 4, "--solver-order", 3, "--classifier-scale", 2);
        assertArrayEquals(third, images().toByteArray());
    }

    @Test
    void labelsAreListedNamedRandomOrBalanced() {
        sample("--steps", 2, "--labels", "2,0", "--num-samples", 5);
        assertArrayEquals(new long[] {2, 0, 2, 0, 2}, labels());
        sample("--steps", 2, "--labels", "ANKLE BOOT, bag");
        assertArrayEquals(new long[] {2, 1}, labels());
        sample("--steps", 2, "--labels", "balanced", "--num-samples", 30, "--batch-size", 7);
        long[] balanced = labels();
        for (int from = 0; from < 30; from += 3) {
            long[] round = Arrays.copyOfRange(balanced, from, from + 3);
            assertArrayEquals(
                    new long[] {0, 1, 2}, LongStream.of(round).sorted().toArray());
        }
        assertNotEquals(
                1,
                LongStream.range(0, 10)
                        .map(r -> balanced[(int) r * 3])
                        .distinct()
                        .count(),
                "in random order");
        sample("--steps", 2, "--labels", "random", "--num-samples", 300, "--batch-size", 100);
        for (int k = 0; k < 3; k++) {
            int label = k;
            long count = LongStream.of(labels()).filter(y -> y == label).count();
            assertTrue(count > 60 && count < 140, count + " of label " + k);
        }
    }

    @Test
    void anImageIsItsOwnSeedAndLabel() {
        for (String sampler : List.of("ddim", "ddpm")) {
            Object[] settings = {"--sampler", sampler, "--steps", 4, "--classifier-scale", 1.5};
            sample(CommandLineRun.arguments(settings, "--num-samples", 8, "--labels", "random"));
            Tensor eight = images();
            long label = labels()[5];
            sample(CommandLineRun.arguments(settings, "--num-samples", 1, "--seed", 5, "--labels", "random"));

            assertEquals(label, labels()[0]);
            assertArrayEquals(eight.rows(5, 6).toByteArray(), images().toByteArray());
            sample(CommandLineRun.arguments(settings, "--num-samples", 1, "--seed", 5, "--labels", (label + 1) % 3));
            assertNotEquals(Arrays.hashCode(eight.rows(5, 6).toByteArray()), Arrays.hashCode(images().toByteArray()));
        }
    }

    /** With convolutions, attention and guidance, whose sums may come in another order. */
    @Test
    void batchAndThreadsChangeNothingVisible() {
        String classifier = GoldenCase.networks("classifier-").stream()
                .filter(name -> GoldenBundle.denoiserFor(name) != null)
                .findFirst()
                .orElseThrow();
        Path real = folder.resolve("real");
        GoldenBundle.write(
                real,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("denoiser", GoldenBundle.denoiserFor(classifier))
                        .put("classifier", classifier));
        Object[] settings = {
            "--bundle",
            real,
            "--labels",
            "1,0",
            "--steps",
            "5+2",
            "--sampler",
            "ddpm",
            "--num-samples",
            4,
            "--classifier-scale",
            2
        };
        sample(CommandLineRun.arguments(settings, "--batch-size", 4, "--threads", 2));
        byte[] together = images().toByteArray();
        sample(CommandLineRun.arguments(settings, "--batch-size", 1, "--threads", 1));
        byte[] alone = images().toByteArray();
        sample(CommandLineRun.arguments(settings, "--batch-size", 3, "--threads", 1));
        byte[] uneven = images().toByteArray();

        assertAlike(together, alone);
        assertAlike(together, uneven);
    }

    private static void assertAlike(byte[] expected, byte[] actual) {
        assertEquals(expected.length, actual.length);
        int different = 0;
        for (int i = 0; i < expected.length; i++) {
            int distance = Math.abs((expected[i] & 0xff) - (actual[i] & 0xff));
            assertTrue(distance <= 1, "value " + i + " differs by " + distance);
            different += distance;
        }
        assertTrue(different <= expected.length / 1000, different + " of " + expected.length + " values differ");
    }

    @Test
    void givenNoiseStartsTheTrajectory() {
        int count = 4;
        double[] values = new Random(3).doubles((long) count * IMAGE, -2, 2).toArray();
        Path noise = folder.resolve("noise.npy");
        NpyWriter.write(noise, Tensor.of(values, count, 3, SIZE, SIZE));
        Path trajectory = folder.resolve("deep/trajectory.npz");
        Object[] settings = {"--steps", 4, "--sampler", "ddpm", "--num-samples", 3};

        sample(CommandLineRun.arguments(settings, "--noise", noise, "--trajectory", trajectory));

        Map<String, Tensor> steps = Npz.read(trajectory);
        assertArrayEquals(new long[] {5, 3, 3, SIZE, SIZE}, steps.get("xs").shape());
        assertArrayEquals(
                new long[] {4, 3, 3, SIZE, SIZE}, steps.get("pred_xstart").shape());
        assertArrayEquals(new long[] {999, 666, 333, 0}, steps.get("timesteps").toLongArray());
        float[] start = steps.get("xs").rows(0, 1).toFloatArray();
        for (int i = 0; i < start.length; i++) {
            assertEquals((float) values[i], start[i]);
        }
        Tensor end = steps.get("xs").rows(4, 5).reshape(3, 3, SIZE, SIZE);
        assertArrayEquals(PixelScale.toBytes(end).toByteArray(), images().toByteArray());

        // The start of a trajectory starts the same run again.
        byte[] first = images().toByteArray();
        Path again = folder.resolve("again.npz");
        Npz.write(again, Map.of("noise", steps.get("xs").rows(0, 1).reshape(3, 3, SIZE, SIZE)));
        sample(CommandLineRun.arguments(settings, "--noise", again, "--batch-size", 2));
        assertArrayEquals(first, images().toByteArray());
    }

    @Test
    void theGridIsAnImage() throws IOException {
        Path grid = folder.resolve("deep/grid.png");

        succeeding("sample", "--bundle", bundle, "--steps", 2, "--num-samples", 6, "--grid", grid);

        BufferedImage image = ImageIO.read(grid.toFile());
        int columns = 3;
        int rows = 2;
        int gap = 2;
        assertEquals(columns * SIZE + (columns + 1) * gap, image.getWidth());
        assertEquals(rows * SIZE + (rows + 1) * gap, image.getHeight());
        sample("--steps", 2, "--num-samples", 6);
        int pixel = image.getRGB(gap, gap + SIZE + gap);
        byte[] fourth = images().rows(3, 4).toByteArray();
        assertEquals((fourth[0] & 0xff) << 16 | (fourth[1] & 0xff) << 8 | fourth[2] & 0xff, pixel & 0xffffff);
    }

    @Test
    void anInterruptedRunResumesWithItsShards() throws Exception {
        Object[] command = {
            "sample",
            "--bundle",
            bundle,
            "--sampler",
            "ddpm",
            "--steps",
            500,
            "--num-samples",
            30,
            "--batch-size",
            2,
            "--labels",
            "random",
            "--out",
            out
        };
        Path parts = folder.resolve("out.npz.parts");
        Path shard = parts.resolve("shard-000000000.npz");
        InterruptedRun.until(shard, command);
        assertTrue(Files.notExists(out));

        refused("other settings", CommandLineRun.arguments(command, "--seed", 1));
        refused("other settings", CommandLineRun.arguments(command, "--batch-size", 3));
        // A shard that can be told from what sampling would give.
        Map<String, Tensor> kept = Npz.read(shard);
        byte[] marked = new byte[2 * IMAGE];
        Arrays.fill(marked, (byte) 7);
        Npz.write(shard, Map.of("arr_0", Tensor.of(marked, 2, SIZE, SIZE, 3), "arr_1", kept.get("arr_1")));

        Path grid = folder.resolve("grid.png");
        String printed =
                succeeding(CommandLineRun.arguments(command, "--grid", grid)).out();

        assertTrue(printed.contains("of them from before"), printed);
        assertArrayEquals(marked, images().rows(0, 2).toByteArray());
        assertEquals(7 << 16 | 7 << 8 | 7, ImageIO.read(grid.toFile()).getRGB(2, 2) & 0xffffff);
        byte[] rest = images().rows(2, 30).toByteArray();
        long[] labels = labels();
        assertTrue(Files.notExists(parts));
        succeeding(command);
        assertArrayEquals(images().rows(2, 30).toByteArray(), rest);
        assertArrayEquals(labels(), labels);
    }

    @Test
    void badInputIsOneSentenceAndLeavesNothingBehind() throws IOException {
        refused("from 0 to 2 or one of the names 0 shirt, 1 Bag, 2 ankle boot, not '3'", command("--labels", "3"));
        refused("not 'hat'", command("--labels", "hat"));
        refused("not '-1'", command("--labels", "-1"));
        refused("No even stride takes exactly 300 of this model's 1000", command("--steps", "ddim300"));
        refused("such as 90+60+60+20+20 or an even stride such as ddim25, not 'many'", command("--steps", "many"));
        refused("write 90+60+60+20+20 instead of 90,60,60,20,20", command("--steps", "90,60,60,20,20"));
        refused("fewer than 1001 steps", command("--sampler", "ddpm", "--steps", 1001));
        refused(
                "must be one of ddim, ddpm, dpm-solver, dpm-solver++, unipc, not 'euler'",
                command("--sampler", "euler"));
        refused("from 0 to 1", command("--eta", 2));
        refused("finite", command("--classifier-scale", "NaN"));
        refused("at least 1", command("--num-samples", 0));
        refused("at least 1", command("--batch-size", 0));
        refused("one batch", command("--num-samples", 5, "--batch-size", 2, "--trajectory", folder.resolve("t.npz")));
        refused("too large", command("--num-samples", Integer.MAX_VALUE, "--grid", folder.resolve("g.png")));
        Path noise = folder.resolve("noise.npy");
        NpyWriter.write(noise, Tensor.of(new float[IMAGE], 1, 3, SIZE, SIZE));
        refused("noise for 1 image, and 2 are requested", command("--num-samples", 2, "--noise", noise));
        NpyWriter.write(noise, Tensor.of(new float[IMAGE], 1, SIZE, SIZE, 3));
        refused("[N, 3, 6, 6]", command("--noise", noise));
        NpyWriter.write(noise, Tensor.of(new float[] {1}));
        refused("[N, 3, 6, 6]", command("--noise", noise));
        NpyWriter.write(noise, Tensor.of(new long[IMAGE], 1, 3, SIZE, SIZE));
        refused("float32", command("--noise", noise));
        refused("There is no file", command("--noise", folder.resolve("none.npy")));
        refused("Say where", "sample", "--bundle", bundle);
        refused("none", "sample", "--bundle", folder.resolve("none"), "--out", out);
        Path plain = folder.resolve("plain");
        TinyBundle.write(plain, SIZE, false, List.of("a"));
        refused("has no classifier", command("--bundle", plain, "--classifier-scale", 1));
        assertEquals(
                1,
                CommandLineRun.of(command("--steps"))
                        .err()
                        .lines()
                        .filter(l -> l.contains("--steps"))
                        .count());
        assertEquals(2, CommandLineRun.of(command("--num-samples", "x")).exitCode());
        assertEquals(List.of(), written(), "nothing is left behind");

        Files.write(bundle.resolve(ModelBundle.DENOISER), new byte[] {0}, StandardOpenOption.APPEND);
        refused(ModelBundle.DENOISER, command());
        Files.delete(bundle.resolve(ModelBundle.MANIFEST));
        refused("no model bundle", command());
        assertEquals(List.of(), written(), "nothing is left behind");
    }

    private Object[] command(Object... arguments) {
        return CommandLineRun.arguments("sample", "--bundle", bundle, "--out", out, arguments);
    }

    private String sample(Object... arguments) {
        return succeeding(command(arguments)).out();
    }

    private Tensor images() {
        return Npz.read(out).get("arr_0");
    }

    private long[] labels() {
        return Npz.read(out).get("arr_1").toLongArray();
    }

    private List<Path> written() {
        try (var files = Files.list(folder)) {
            return files.map(Path::getFileName)
                    .filter(name -> name.toString().startsWith(out.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
