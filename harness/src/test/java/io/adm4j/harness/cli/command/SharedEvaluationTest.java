package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.evaluation.features.TinyInception;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations that several processes share. */
class SharedEvaluationTest {
    private static final int SIZE = 6;

    @TempDir
    Path folder;

    private Path network;
    private Path parts;
    private Object[] command;

    @BeforeEach
    void write() throws IOException {
        Path graph = Files.write(
                folder.resolve("tiny.pb"), new TinyInception().graph().bytes());
        network = folder.resolve("tiny.onnx");
        succeeding("import-features", graph, "--out", network);
        parts = folder.resolve("parts");
        command = new Object[] {
            "eval",
            "--samples-npz",
            images("samples.npz", 41, 1),
            "--reference",
            images("real.npz", 50, 2),
            "--features",
            network,
            "--metrics",
            "all",
            "--bootstrap",
            10
        };
    }

    private Path images(String name, int count, long seed) {
        byte[] values = new byte[count * SIZE * SIZE * 3];
        new SplittableRandom(seed).nextBytes(values);
        long[] labels = LongStream.range(0, count).map(i -> i % 3).toArray();
        Path file = folder.resolve(name);
        Npz.write(file, Map.of("arr_0", Tensor.of(values, count, SIZE, SIZE, 3), "arr_1", Tensor.of(labels, count)));
        return file;
    }

    /** The report without the time of day and what everything took. */
    private JsonNode report(Object... call) throws IOException {
        Path out = folder.resolve("report");
        succeeding(arguments(call, "--out", out));
        assertTrue(Files.readString(out.resolve("report.html")).contains("data:image/png"));
        ObjectNode json = (ObjectNode)
                new ObjectMapper().readTree(out.resolve("report.json").toFile());
        json.remove(List.of("created", "seconds"));
        json.get("results").forEach(result -> ((ObjectNode) result).remove("seconds"));
        return json;
    }

    private void compute(Object[] call, int number, int of, Path out) {
        succeeding(arguments(call, "--part", number + "/" + of, "--out", out));
    }

    private List<Path> files(Path out) throws IOException {
        try (Stream<Path> all = Files.list(out)) {
            return all.sorted().toList();
        }
    }

    @Test
    void partsOfGivenSamplesMakeTheSameReport() throws IOException {
        Object[] perClass = arguments(command, "--per-class", "--k", 2);
        JsonNode expected = report(perClass);
        for (int number : new int[] {3, 1, 2}) {
            compute(perClass, number, 3, parts);
        }
        assertEquals(6, files(parts).size(), files(parts).toString());

        assertEquals(expected, report(arguments(perClass, "--merge", parts)));
        Object[] some = arguments(command, "--samples", 20);
        JsonNode expectedOfSome = report(some);
        Path other = folder.resolve("other");
        compute(some, 1, 2, other);
        compute(some, 2, 2, other);
        assertEquals(expectedOfSome, report(arguments(some, "--merge", other)));
    }

    @Test
    void partsOfGeneratedSamplesMakeTheSameReport() throws IOException {
        Path bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));
        Object[] generate = {
            "eval",
            "--bundle",
            bundle,
            "--features",
            network,
            "--reference",
            folder.resolve("real.npz"),
            "--samples",
            23,
            "--batch-size",
            4,
            "--steps",
            "2,3",
            "--sampler",
            "ddpm"
        };
        JsonNode expected = report(generate);
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        compute(generate, 1, 2, first);
        compute(generate, 2, 2, second);

        assertEquals(3, files(first).size(), files(first).toString());
        assertEquals(expected, report(arguments(generate, "--merge", first + "," + second)));
        assertFalse(Files.exists(first.resolve("work-1-of-2")));
    }

    @Test
    void partsThatDoNotBelongTogetherAreRefusedByName() throws IOException {
        Object[] merge = arguments(command, "--merge", parts);
        refused("is no folder", merge);
        compute(command, 1, 2, parts);
        refused(
                "Part 2/2 of the reference is missing in " + parts + ": compute it with 'harness eval --part 2/2'",
                merge);
        compute(command, 2, 2, parts);
        Path twice = folder.resolve("twice");
        compute(command, 1, 2, twice);
        refused("Part 1/2 of the reference is there twice", arguments(merge, "--merge", parts + "," + twice));
        Path thirds = folder.resolve("thirds");
        compute(command, 3, 3, thirds);
        refused("do not belong together", arguments(merge, "--merge", parts + "," + thirds));
        Path others = folder.resolve("others");
        compute(arguments(command, "--samples-npz", images("more.npz", 30, 9)), 1, 1, others);
        refused("is of other images, another network or other settings", arguments(merge, "--merge", others));
        refused("'3/2' is not I/N with I from 1 to N", arguments(command, "--part", "3/2", "--out", parts));
        refused("name it with --out", arguments(command, "--part", "1/2"));
        refused("give one of the two", arguments(merge, "--part", "1/2", "--out", parts));
        succeeding(merge);

        Path whole = parts.resolve("whole.features.npz");
        succeeding("features", "--data", folder.resolve("real.npz"), "--features", network, "--out", whole);
        refused("holds the features of a whole set", merge);
        Files.delete(whole);
        Files.write(files(parts).get(0), new byte[10]);
        refused("is not a complete npz archive", merge);
    }

    @Test
    void aPartThatIsMissingOfTheSamplesIsNamed() throws IOException {
        compute(command, 1, 2, parts);
        compute(command, 2, 2, parts);
        for (Path file : files(parts)) {
            if (file.getFileName().toString().matches("samples-.*part-1-of-2.*")) {
                Files.delete(file);
            }
        }

        refused("Part 1/2 of the samples is missing", arguments(command, "--merge", parts));
    }
}
