package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features that evaluations keep by content. */
class EvalCacheTest {
    private static final int SIZE = 4;

    @TempDir
    Path folder;

    private Path network;
    private Path cache;
    private Object[] command;

    @BeforeEach
    void write() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        cache = folder.resolve("cache");
        command = new Object[] {
            "eval",
            "--samples-npz",
            images("samples.npz", 50, 1),
            "--reference",
            images("real.npz", 70, 2),
            "--features",
            network,
            "--bootstrap",
            0
        };
    }

    private Path images(String name, int count, long seed) {
        byte[] values = new byte[count * SIZE * SIZE * 3];
        new Random(seed).nextBytes(values);
        Path file = folder.resolve(name);
        Npz.write(file, Map.of("arr_0", Tensor.of(values, count, SIZE, SIZE, 3)));
        return file;
    }

    private JsonNode scores(Object... more) throws IOException {
        Path report = folder.resolve("report.json");
        succeeding(arguments(command, "--out", report, more));
        return new ObjectMapper().readTree(report.toFile()).at("/results/0/scores");
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> all = Files.list(cache)) {
            return all.sorted().toList();
        }
    }

    @Test
    void anotherEvaluationTakesThem() throws IOException {
        Object[] kept = {"--cache", cache, "--cache-size", 1};
        JsonNode first = scores(kept);
        assertEquals(2, entries().size(), entries().toString());
        assertEquals(first, scores(arguments(kept, "--batch-size", 7)));
        assertEquals(2, entries().size(), entries().toString());
        // Under another name.
        Path images = folder.resolve("samples.npz");
        Files.move(images, folder.resolve("renamed.npz"));
        command[2] = folder.resolve("renamed.npz");
        assertEquals(first, scores(kept));
        assertEquals(2, entries().size(), entries().toString());

        // If features were extracted again, the scores would be those of before.
        for (Path entry : entries()) {
            Map<String, Tensor> arrays = new HashMap<>(Npz.read(entry));
            if (arrays.get("pool_3").dim(0) == 50) {
                float[] changed = arrays.get("pool_3").toFloatArray();
                changed[0] += 10;
                arrays.put("pool_3", Tensor.of(changed, 50, 3 * SIZE));
                arrays.remove("mu");
                arrays.remove("sigma");
                Npz.write(entry, arrays);
            }
        }
        assertNotEquals(first.get("fid"), scores(kept).get("fid"));
        assertEquals(first, scores("--no-cache"));
        assertEquals(first, scores("--cache", cache, "--cache-size", 0));

        // Damaged ones are extracted and kept again.
        for (Path entry : entries()) {
            byte[] bytes = Files.readAllBytes(entry);
            bytes[bytes.length / 2] ^= 1;
            Files.write(entry, bytes);
        }
        assertEquals(first, scores(kept));
        assertEquals(2, entries().size(), entries().toString());
        assertEquals(first, scores(kept));
        Files.write(entries().get(0), new byte[100]);
        assertEquals(first, scores(kept));
    }

    @Test
    void arraysReadInAnotherWayAreOtherImages() throws IOException {
        float[] values = new float[50 * SIZE * SIZE * 3];
        Random random = new Random(3);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(128) / 127.5f;
        }
        values[0] = -1;
        Path floats = folder.resolve("floats.npz");
        Npz.write(floats, Map.of("arr_0", Tensor.of(values, 50, SIZE, SIZE, 3)));
        command[2] = floats;
        Object[] kept = {"--cache", cache, "--cache-size", 1};
        scores(arguments(kept, "--range", "-1..1"));

        refused("holds the value", arguments(command, kept, "--range", "0..1"));
    }

    @Test
    void theFeaturesCommandTakesThem() throws IOException {
        scores("--cache", cache, "--cache-size", 1);
        Path out = folder.resolve("out.npz");
        Object[] features = {"features", "--data", folder.resolve("samples.npz"), "--features", network, "--out", out};
        succeeding(arguments(features, "--no-cache"));
        float[] expected = Npz.read(out).get("pool_3").toFloatArray();
        List<Path> before = entries();

        succeeding(arguments(features, "--cache", cache, "--cache-size", 1));

        assertEquals(before, entries());
        assertEquals(expected.length, Npz.read(out).get("pool_3").size());
        assertTrue(Npz.read(out).containsKey("mu"));
    }

    @Test
    void theirSizeHasALimit() throws IOException {
        scores("--cache", cache, "--cache-size", 0.0000001);
        assertEquals(List.of(), entries());
        Path file = Files.writeString(folder.resolve("file"), "x");
        CommandLineRun run = succeeding(arguments(command, "--cache", file, "--cache-size", 1));
        assertTrue(run.err().contains("Features are not kept for later"), run.err());
        refused("at least 0, not -1.0", arguments(command, "--cache-size", -1));
        refused("--no-cache keeps nothing", arguments(command, "--cache", cache, "--no-cache"));
    }

    @Test
    void featuresOfGeneratedSamplesSpareTheirGeneration() throws IOException {
        Path bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));
        Path report = folder.resolve("report");
        Path kept = folder.resolve("kept.npz");
        Object[] generate = {
            "eval",
            "--bundle",
            bundle,
            "--features",
            network,
            "--reference",
            folder.resolve("real.npz"),
            "--samples",
            40,
            "--batch-size",
            16,
            "--steps",
            2,
            "--cache",
            cache,
            "--cache-size",
            1
        };
        succeeding(arguments(generate, "--out", report));
        Files.delete(report.resolve("report.html"));
        JsonNode first =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());

        succeeding(arguments(generate, "--out", report, "--samples-out", kept));

        JsonNode second =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        assertEquals(first.at("/results/0/scores"), second.at("/results/0/scores"));
        assertEquals(40, Npz.read(kept).get("arr_0").dim(0));
        assertTrue(Files.exists(report.resolve("report.html")));
        assertFalse(Files.exists(report.resolve("work")));
    }
}
