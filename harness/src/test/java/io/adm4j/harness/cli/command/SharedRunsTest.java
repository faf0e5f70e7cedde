package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sampling, likelihood, encoding and restoration that several processes share. */
class SharedRunsTest {
    private static final int SIZE = 6;
    private static final int IMAGES = 11;

    @TempDir
    Path folder;

    private Path bundle;
    private Path images;
    private Path out;
    private Path parts;

    @BeforeEach
    void write() throws IOException {
        bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));
        images = folder.resolve("images.npz");
        byte[] pixels = new byte[IMAGES * SIZE * SIZE * 3];
        new Random(1).nextBytes(pixels);
        long[] labels = LongStream.range(0, IMAGES).map(i -> i % 3).toArray();
        Npz.write(
                images, Map.of("arr_0", Tensor.of(pixels, IMAGES, SIZE, SIZE, 3), "arr_1", Tensor.of(labels, IMAGES)));
        out = folder.resolve("out.npz");
        parts = folder.resolve("out.npz.parts");
    }

    /** Commands whose result is a file; all have {@link #IMAGES} images in batches of 2, or of 1 where they restore. */
    private Object[] command(String name) throws IOException {
        return switch (name) {
            case "sample" -> arguments(sample(), "--out", out);
            case "cascade" -> {
                Path up = folder.resolve("up");
                TinyBundle.writeUpsampler(up, SIZE, 2 * SIZE, true, 3);
                yield arguments(sample(), "--upsampler", up, "--upsampler-steps", 2, "--out", out);
            }
            case "nll" ->
                arguments("nll", "--bundle", bundle, "--data", images, "--steps", 5, "--batch-size", 2, "--out", out);
            case "encode" ->
                arguments(
                        arguments("encode", "--bundle", bundle, "--pictures", images, "--steps", 4, "--batch-size", 2),
                        "--out",
                        out);
            default ->
                arguments(
                        arguments("restore", "superresolve", "--factor", 2, "--degrade", "--bundle", bundle),
                        arguments("--input", images, "--steps", 5, "--out", out));
        };
    }

    private Object[] sample() {
        return arguments("sample", "--bundle", bundle, "--samples", IMAGES, "--steps", 3, "--batch-size", 2);
    }

    private static String part(Object[] command, int number, int of) {
        return succeeding(arguments(command, "--part", number + "/" + of)).out();
    }

    private List<String> shards() throws IOException {
        try (Stream<Path> all = Files.list(parts)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".npz"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample", "cascade", "nll", "encode", "restore"})
    void partsInAnyOrderMakeTheSameFile(String name) throws IOException {
        Object[] command = command(name);
        succeeding(command);
        byte[] expected = Files.readAllBytes(out);
        Files.delete(out);

        String said = part(command, 2, 3);
        assertTrue(said.startsWith("Part 2/3: 4 "), said);
        assertTrue(said.contains("kept in " + parts + "."), said);
        int ofThird = shards().size();
        part(command, 3, 3);
        part(command, 1, 3);
        assertFalse(Files.exists(out), "a part joins nothing");
        int all = shards().size();
        assertEquals(3 * ofThird, name.equals("restore") ? all + 1 : all, shards().toString());

        succeeding(command);
        assertArrayEquals(expected, Files.readAllBytes(out));
        assertFalse(Files.exists(parts));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample", "nll", "encode", "restore"})
    void whatIsKeptIsNotComputedAgain(String name) throws IOException {
        Object[] command = command(name);
        part(command, 1, 2);
        part(command, 2, 2);
        String last = shards().get(shards().size() - 1);
        Path shard = parts.resolve(last);
        Map<String, Tensor> arrays = Npz.read(shard);
        String first = arrays.keySet().iterator().next();
        arrays.put(
                first, Tensor.zeros(arrays.get(first).type(), arrays.get(first).shape()));
        Npz.write(shard, arrays);
        byte[] marked = Files.readAllBytes(shard);
        Files.delete(parts.resolve(shards().get(0)));

        part(command, 1, 2);
        part(command, 2, 2);
        assertArrayEquals(marked, Files.readAllBytes(shard));
        succeeding(command);
        Tensor result = Npz.read(out)
                .get(
                        switch (name) {
                            case "nll" -> first;
                            case "encode" -> "noise";
                            default -> "arr_0";
                        });
        byte[] values = result.toByteArray();
        int row = values.length / IMAGES;
        assertArrayEquals(new byte[row], Arrays.copyOfRange(values, values.length - row, values.length));
        assertFalse(Arrays.equals(new byte[row], Arrays.copyOf(values, row)));
    }

    @Test
    void aPartThatWasKilledIsRepeated() throws Exception {
        Object[] command = command("sample");
        succeeding(command);
        byte[] expected = Files.readAllBytes(out);
        Files.delete(out);

        PausedCall.Written two = new PausedCall.Written(parts, "shard-[0-9]+\\.npz", 2);
        Object[] second = arguments(command, "--part", "2/2");
        try (HarnessProcess process = HarnessProcess.pausedAfter(two, folder.resolve("said.txt"), second)) {
            process.kill();
        }
        assertEquals(2, shards().size());
        String again = succeeding(second).out();
        assertTrue(again.startsWith("Part 2/2: 5 images in "), again);
        assertTrue(again.contains("(4 of them from before)"), again);
        // The run that joins computes the part that is missing.
        succeeding(command);
        assertArrayEquals(expected, Files.readAllBytes(out));
        assertFalse(Files.exists(parts));
    }

    /** Each part twice, as where a scheduler gives one to two machines. */
    @ParameterizedTest
    @ValueSource(strings = {"sample", "nll", "encode", "restore"})
    void partsMayRunAtTheSameTime(String name) throws Exception {
        Object[] command = command(name);
        succeeding(command);
        byte[] expected = Files.readAllBytes(out);
        Files.delete(out);

        int processes = 6;
        CyclicBarrier begin = new CyclicBarrier(processes);
        ExecutorService threads = Executors.newFixedThreadPool(processes);
        try {
            List<Callable<CommandLineRun>> calls = IntStream.range(0, processes)
                    .mapToObj(i -> (Callable<CommandLineRun>) () -> {
                        begin.await();
                        return CommandLineRun.of(arguments(command, "--part", (i % 3 + 1) + "/3"));
                    })
                    .toList();
            List<CommandLineRun> runs = new ArrayList<>();
            for (Future<CommandLineRun> run : threads.invokeAll(calls)) {
                runs.add(run.get());
            }
            runs.forEach(run -> assertEquals(0, run.exitCode(), run.err()));
        } finally {
            threads.shutdown();
        }
        succeeding(command);
        assertArrayEquals(expected, Files.readAllBytes(out));
        assertFalse(Files.exists(parts));
    }

    @Test
    void aFolderGetsTheImageFilesOfEachPart() throws IOException {
        Path whole = folder.resolve("whole");
        succeeding(arguments(sample(), "--out", whole + "/"));
        Path shared = folder.resolve("shared");
        Object[] command = arguments(sample(), "--out", shared + "/");
        part(command, 2, 2);
        assertEquals(5, pngs(shared).size(), pngs(shared).toString());
        part(command, 1, 2);
        assertEquals(pngs(whole), pngs(shared));
        for (String name : pngs(whole)) {
            assertArrayEquals(Files.readAllBytes(whole.resolve(name)), Files.readAllBytes(shared.resolve(name)));
        }
        succeeding(arguments(command, "--grid", folder.resolve("grid.png")));
        assertFalse(Files.exists(shared.resolve("unfinished.parts")));
        assertEquals(pngs(whole), pngs(shared));
    }

    private static List<String> pngs(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".png"))
                    .sorted()
                    .toList();
        }
    }

    /** More processes than batches: some have nothing to do. */
    @Test
    void aPartMayBeEmpty() throws IOException {
        Object[] command = command("encode");
        String said = part(command, 1, 20);
        assertTrue(said.startsWith("Part 1/20: 0 images, kept"), said);
        assertEquals(List.of(), shards());
        assertTrue(part(command("sample"), 1, 20).startsWith("Part 1/20: 0 images"));
    }

    @Test
    void partsAreOfOneRun() throws IOException {
        Object[] command = command("nll");
        part(command, 1, 2);
        refused("other settings (seed: 0 then, 5 now)", arguments(command, "--seed", 5, "--part", "2/2"));
        refused("other settings (samples: 11 then, 7 now)", arguments(command, "--samples", 7));
    }

    @Test
    void badPartsAreOneSentence() throws IOException {
        for (String wrong : new String[] {"0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/2", "1/99999999"}) {
            refused(
                    "'" + wrong + "' is not I/N with I from 1 to N",
                    arguments(sample(), "--out", out, "--part=" + wrong));
        }
        Path grid = folder.resolve("grid.png");
        refused("give --out too", arguments(sample(), "--grid", grid, "--part", "1/2"));
        refused("give --out too", "nll", "--bundle", bundle, "--data", images, "--part", "1/2");
        refused(
                "give --out too",
                arguments(
                        arguments("restore", "colorize", "--degrade", "--bundle", bundle, "--input", images),
                        "--grid",
                        grid,
                        "--part",
                        "1/2"));
        refused(
                "leave out --part or --trajectory",
                arguments(command("sample"), "--trajectory", folder.resolve("t.npz"), "--part", "1/2"));
        assertFalse(Files.exists(parts));
    }
}
