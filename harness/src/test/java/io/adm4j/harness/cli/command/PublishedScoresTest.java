package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole path from the TensorFlow graph to the figures, against what the published evaluator printed for the same
 * images. They are in the folder of {@code -Dadm4j.published}; thousands of images through the Inception network take
 * minutes.
 */
class PublishedScoresTest {
    private static final double RELATIVE = 3e-7;

    /** Precision and recall come from features in float16: float32 rounding, which differs between processors, moves single images. */
    private static final int IMAGES = 2;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 90, unit = TimeUnit.MINUTES)
    void areThoseOfThePublishedEvaluator() throws Exception {
        Path data = published();
        Path graph = graph(data);
        Path network = folder.resolve("inception.onnx");
        Path report = folder.resolve("report");
        succeeding("import-features", graph, "--out", network);

        succeeding(
                "eval",
                "--features",
                network,
                "--reference",
                data.resolve("cifar_ref.npz"),
                "--samples-npz",
                data.resolve("cifar_sample.npz"),
                "--out",
                report);

        JsonNode expected = new ObjectMapper()
                .readTree(data.resolve("cifar_published_evaluator.json").toFile());
        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        JsonNode scores = json.at("/results/0/scores");
        for (String metric : List.of("inception_score", "fid", "sfid")) {
            double value = expected.get(metric).asDouble();
            assertEquals(value, scores.get(metric).asDouble(), RELATIVE * value, metric);
        }
        JsonNode samples = json.at("/results/0/samples/count");
        JsonNode references = json.at("/reference/count");
        assertEquals(expected.get("sample_pictures"), samples);
        assertEquals(expected.get("reference_pictures"), references);
        assertImages("precision", expected, scores, samples.asInt());
        assertImages("recall", expected, scores, references.asInt());
    }

    /** That a share is the expected one but for {@link #IMAGES} of those it is of. */
    private static void assertImages(String metric, JsonNode expected, JsonNode scores, int count) {
        double difference = scores.get(metric).asDouble() - expected.get(metric).asDouble();
        assertTrue(
                Math.abs(difference) * count < IMAGES + 0.5,
                () -> metric + " differs by " + Math.round(difference * count) + " of " + count + " images");
    }

    private static Path published() {
        String given = System.getProperty("adm4j.published", "");
        assumeTrue(!given.isBlank(), "No -Dadm4j.published: the published evaluator's scores were not compared.");
        return Path.of(System.getProperty("adm4j.root", "..")).resolve(given).normalize();
    }

    /** The stand-in for the published graph, which a script there writes. */
    private Path graph(Path data) throws IOException, InterruptedException {
        Path graph = folder.resolve("graph.pb");
        Process python;
        try {
            python = new ProcessBuilder(
                            "python3",
                            data.resolve("inception").resolve("make_graph.py").toString(),
                            graph.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("said.txt").toFile())
                    .start();
        } catch (IOException e) {
            assumeTrue(
                    false, "No python3 to write the graph with: the published evaluator's scores were not compared.");
            throw e;
        }
        int exitCode = python.waitFor();
        assumeTrue(exitCode == 0 && Files.exists(graph), () -> "The graph could not be written: " + said());
        return graph;
    }

    private String said() {
        try {
            return Files.readString(folder.resolve("said.txt"));
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
