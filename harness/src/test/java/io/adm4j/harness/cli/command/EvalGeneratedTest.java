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
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.io.Npz;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples that eval generates with a bundle itself. */
class EvalGeneratedTest {
    private static final int SIZE = 6;
    private static final int CLASSES = 3;

    @TempDir
    Path folder;

    private Path bundle;
    private Path json;
    private Object[] common;

    @BeforeEach
    void write() throws IOException {
        bundle = folder.resolve("tiny");
        json = folder.resolve("report.json");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));
        common = new Object[] {
            "eval", "--features", network(SIZE), "--reference", reference(SIZE), "--threads", 1, "--out", json
        };
    }

    @Test
    void scoresWhatSampleWouldDraw() throws IOException {
        Path samples = folder.resolve("samples.npz");
        Object[] generating = {
            "--bundle",
            bundle,
            "--seed",
            5,
            "--labels",
            "balanced",
            "--sampler",
            "ddpm",
            "--steps",
            "4+3",
            "--classifier-scale",
            1.5
        };
        succeeding(arguments("sample", generating, "--num-samples", 31, "--out", samples));
        JsonNode given = eval("--samples-npz", samples).at("/results/0/scores");
        Path kept = folder.resolve("deep/kept.npz");

        JsonNode report = eval(generating, "--samples", 31, "--samples-out", kept);

        assertEquals(given, report.at("/results/0/scores"));
        assertArrayEquals(
                Npz.read(samples).get("arr_0").toByteArray(),
                Npz.read(kept).get("arr_0").toByteArray());
        assertArrayEquals(
                Npz.read(samples).get("arr_1").toLongArray(),
                Npz.read(kept).get("arr_1").toLongArray());
        assertEquals(64, report.at("/results/0/samples/sha256").asText().length());
        assertEquals("tiny", report.at("/model/name").asText());
        assertEquals("4,3", report.at("/results/0/point/steps").asText());
        assertEquals(1.5, report.at("/results/0/point/classifierScale").asDouble());
        assertEquals("balanced", report.at("/results/0/point/labels").asText());
        assertEquals(5, report.at("/results/0/point/seed").asLong());
        assertFalse(Files.exists(folder.resolve("report.json.work")), "nothing is left behind");
    }

    @Test
    void theBatchSizeChangesNothing() throws IOException {
        Object[] run = {"--bundle", bundle, "--samples", 25, "--steps", 3};
        JsonNode one = eval(run).at("/results/0/scores");
        JsonNode other = eval(run, "--batch-size", 4).at("/results/0/scores");

        assertTrue(one.size() >= 4, one.toString());
        one.fieldNames()
                .forEachRemaining(name ->
                        assertEquals(one.get(name).asDouble(), other.get(name).asDouble(), 1e-6, name));
    }

    @Test
    void severalSettingsGiveOneResultEach() throws IOException {
        CommandLineRun run = succeeding(arguments(
                common,
                "--bundle",
                bundle,
                "--samples",
                12,
                "--steps",
                "2,5",
                "--classifier-scale",
                "0,3",
                "--samples-out",
                folder.resolve("sweep.npz")));

        JsonNode results = new ObjectMapper().readTree(json.toFile()).get("results");
        assertEquals(4, results.size());
        assertEquals(
                List.of("2 at 0.0", "2 at 3.0", "5 at 0.0", "5 at 3.0"),
                IntStream.range(0, 4)
                        .mapToObj(i -> results.get(i).get("point"))
                        .map(p -> p.get("steps").asText() + " at "
                                + p.get("classifierScale").asDouble())
                        .toList());
        assertEquals(
                4,
                IntStream.range(0, 4)
                        .mapToDouble(i -> results.get(i).at("/scores/fid").asDouble())
                        .distinct()
                        .count());
        assertEquals(
                2, run.out().lines().filter(line -> line.contains("5 steps")).count(), run.out());
        for (String name : List.of("2-scale-0.0", "2-scale-3.0", "5-scale-0.0", "5-scale-3.0")) {
            Path kept = folder.resolve("sweep-ddim-" + name + ".npz");
            assertEquals(12, Npz.read(kept).get("arr_0").dim(0), kept.toString());
        }
    }

    @Test
    void anUpsamplerEnlargesWhatIsScored() throws IOException {
        Path upsampler = folder.resolve("upsampler");
        TinyBundle.writeUpsampler(upsampler, SIZE, 2 * SIZE, false, CLASSES);
        Object[] generating = {"--bundle", bundle, "--upsampler", upsampler, "--upsampler-steps", 3, "--steps", 2};
        Path samples = folder.resolve("samples.npz");
        succeeding(arguments("sample", generating, "--num-samples", 9, "--labels", "balanced", "--out", samples));
        common = arguments(common, "--features", network(2 * SIZE), "--reference", reference(2 * SIZE));
        JsonNode given = eval("--samples-npz", samples).at("/results/0/scores");

        JsonNode report = eval(generating, "--samples", 9);

        assertEquals(given, report.at("/results/0/scores"));
        assertEquals(2 * SIZE, report.at("/results/0/samples/imageSize").asInt());
        assertTrue(report.at("/model/name").asText().contains("upsampler"), report.toString());
        assertEquals(
                Sha256.of(ModelBundle.load(bundle).digest() + "\n"
                        + ModelBundle.load(upsampler).digest()),
                report.at("/model/sha256").asText());
        refused("write 9+6 instead of 9,6", arguments(common, generating, "--samples", 9, "--upsampler-steps", "9,6"));
        refused("name it with --upsampler", arguments(common, "--bundle", upsampler, "--samples", 9));
        refused(
                "--upsampler-steps is an option of the second stage",
                arguments(common, "--bundle", bundle, "--samples", 9, "--upsampler-steps", 3));
        refused("the samples are given", arguments(common, "--samples-npz", samples, "--upsampler", upsampler));
    }

    @Test
    void classesAreScoredByTheLabelsThatTheyWereDrawnWith() throws IOException {
        JsonNode report = eval("--bundle", bundle, "--samples", 30, "--steps", 2, "--per-class");

        JsonNode classes = report.at("/results/0/perClass");
        assertEquals(CLASSES, classes.size());
        for (JsonNode one : classes) {
            assertEquals(10, one.get("sampleCount").asInt());
            assertEquals(20, one.get("referenceCount").asInt());
        }
    }

    @Test
    void aFolderReportShowsSamplesAndTheirNeighbours() throws IOException {
        Path report = folder.resolve("report");
        succeeding(arguments(common, "--bundle", bundle, "--samples", 10, "--steps", 2, "--out", report));

        assertTrue(Files.exists(report.resolve("report.json")));
        assertTrue(Files.size(report.resolve("report.html")) > 1000);
        assertFalse(Files.exists(report.resolve("work")), "nothing is left behind");
    }

    @Test
    void whatCannotBeDrawnIsRefusedBeforeAnythingIs() throws IOException {
        Object[] run = arguments(common, "--bundle", bundle, "--samples", 10);
        refused("umbrella", arguments(run, "--labels", "umbrella"));
        refused("steps", arguments(run, "--steps", "7,1001"));
        refused("for sections of one run write 9+6+6", arguments(run, "--steps", "9,6,6"));
        refused("sampler", arguments(run, "--sampler", "euler"));
        refused("'--eta': '2' is not a number from 0 to 1", arguments(run, "--eta", 2));
        refused("feature network takes 12x12", arguments(run, "--features", network(2 * SIZE)));
        refused("12x12, but 6x6 are needed", arguments(run, "--reference", reference(2 * SIZE)));
        refused("has no feature network", "eval", "--bundle", bundle, "--samples", 10, "--reference", reference(SIZE));
        refused("has no reference.npz", "eval", "--bundle", bundle, "--samples", 10, "--features", network(SIZE));
        assertFalse(Files.exists(folder.resolve("report.json.work")), "nothing is left behind");
    }

    private JsonNode eval(Object... more) throws IOException {
        succeeding(arguments(common, arguments(more)));
        return new ObjectMapper().readTree(json.toFile());
    }

    private Path network(int size) throws IOException {
        return FeatureNetworks.columnMeans(folder.resolve("features-" + size + ".onnx"), size);
    }

    private Path reference(int size) {
        int count = 20 * CLASSES;
        byte[] real = new byte[count * size * size * 3];
        new Random(1).nextBytes(real);
        long[] labels = IntStream.range(0, count).mapToLong(i -> i % CLASSES).toArray();
        Path file = folder.resolve("reference-" + size + ".npz");
        Npz.write(file, Map.of("arr_0", Tensor.of(real, count, size, size, 3), "arr_1", Tensor.of(labels, count)));
        return file;
    }
}
