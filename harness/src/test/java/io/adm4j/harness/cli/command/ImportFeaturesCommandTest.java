package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.Golden;
import io.adm4j.export.importer.torch.StateDictWriter;
import io.adm4j.harness.evaluation.features.TinyInception;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportFeaturesCommandTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"float32", "uint8"})
    void theNetworkRunsOnFilesOfImages(String type) throws IOException {
        Path graph = Files.write(
                folder.resolve("tiny.pb"), new TinyInception().graph().bytes());
        Path network = folder.resolve("made/tiny.onnx");
        assertTrue(succeeding("import-features", graph, "--out", network, "--input-type", type)
                .out()
                .contains("SHA-256"));
        byte[] values = new byte[2 * 6 * 7 * 3];
        new SplittableRandom(1).nextBytes(values);
        float[] first = null;
        for (String name : new String[] {"pictures", "images", "arr_0"}) {
            Path images = folder.resolve(name + ".npz");
            Npz.write(images, Map.of(name, Tensor.of(values, 2, 6, 7, 3)));
            Path outputs = folder.resolve("outputs.npz");
            succeeding("run", network, "--inputs", images, "--outputs", outputs);
            Map<String, Tensor> found = Npz.read(outputs);
            assertArrayEquals(new long[] {2, 24}, found.get("pool_3").shape());
            assertArrayEquals(new long[] {2, 112}, found.get("spatial").shape());
            assertArrayEquals(new long[] {2, 5}, found.get("probabilities").shape());
            first = first == null ? found.get("pool_3").toFloatArray() : first;
            assertArrayEquals(first, found.get("pool_3").toFloatArray());
        }
    }

    @Test
    void measuresTheNetwork() throws IOException {
        Path graph = Files.write(
                folder.resolve("tiny.pb"), new TinyInception().graph().bytes());
        Path network = folder.resolve("tiny.onnx");
        succeeding("import-features", graph, "--out", network);
        Path images = folder.resolve("pictures.npz");
        Npz.write(images, Map.of("arr_0", Tensor.of(new byte[3 * 4 * 4 * 3], 3, 4, 4, 3)));
        Path times = folder.resolve("times.json");
        Object[] bench = {
            "bench", "features", "--features", network, "--pictures", images, "--repeats", 2, "--out", times
        };

        assertTrue(succeeding(CommandLineRun.arguments(bench, "--batch-size", 3))
                .out()
                .startsWith("3 images: min "));
        assertTrue(Files.readString(times).contains("\"tool\" : \"adm4j\""));
        refused("fewer than --batch-size 64", bench);
    }

    @Test
    void refusesWhatIsNoInceptionGraph() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pb"), "no graph");
        refused("is no frozen TensorFlow graph", "import-features", text, "--out", folder.resolve("a.onnx"));
        Path other = Files.write(
                folder.resolve("other.pb"),
                new TinyInception().graph().without("pool_3").bytes());
        refused("it has no node 'pool_3'", "import-features", other, "--out", folder.resolve("a.onnx"));
        refused("There is no file", "import-features", folder.resolve("none.pb"), "--out", folder.resolve("a.onnx"));
    }

    @Test
    void checkpointsAreRecognized() throws Exception {
        Path clip = Path.of(Objects.requireNonNull(TinyInception.class.getResource("clip.pt"))
                .toURI());
        Path network = folder.resolve("made/clip.onnx");

        String out = succeeding("import-features", clip, "--out", network).out();

        assertTrue(out.contains("32 features of 32x32 images, others resized by bicubic-antialias-crop, SHA-256"), out);
        assertTrue(Files.size(network) > 100_000);
        Path refused = folder.resolve("none.onnx");
        refused(
                "--input-type is for the Inception graph",
                "import-features",
                clip,
                "--out",
                refused,
                "--input-type",
                "uint8");
        refused("would be overwritten", "import-features", clip, "--out", clip);
        Path other = folder.resolve("other.pt");
        new StateDictWriter(Map.of("w", Tensor.of(new float[1], 1))).write(other);
        refused("no feature network that is known", "import-features", other, "--out", refused);
        Files.write(other, Arrays.copyOf(Files.readAllBytes(clip), 300_000));
        refused("fetch it again", "import-features", other, "--out", refused);
        assertFalse(Files.exists(refused));
    }

    /** On features without logits all but the Inception Score is computed, and the report says of which network. */
    @Test
    void scoresAreComputedOnItsFeatures() throws Exception {
        Path clip = Path.of(Objects.requireNonNull(TinyInception.class.getResource("clip.pt"))
                .toURI());
        Path network = folder.resolve("clip.onnx");
        succeeding("import-features", clip, "--out", network);
        Path[] sets = {folder.resolve("a.npz"), folder.resolve("b.npz")};
        for (int set = 0; set < 2; set++) {
            byte[] values = new byte[40 * 12 * 10 * 3];
            new SplittableRandom(set).nextBytes(values);
            Npz.write(sets[set], Map.of("arr_0", Tensor.of(values, 40, 12, 10, 3)));
        }
        Path report = folder.resolve("report");
        Object[] eval = {
            "eval",
            "--features",
            network,
            "--samples-npz",
            sets[0],
            "--reference",
            sets[1],
            "--out",
            report,
            "--threads",
            1
        };

        succeeding(CommandLineRun.arguments(eval, "--metrics", "fid,kid,precision,recall,density,coverage"));

        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        assertEquals(
                "CLIP ViT-(128)/8 at 32x32 (clip.onnx)",
                json.at("/featureNetwork/name").asText(),
                json.toString());
        assertEquals("bicubic-antialias-crop", json.at("/featureNetwork/resize").asText(), json.toString());
        refused("a network with logits", CommandLineRun.arguments(eval, "--metrics", "inception_score", "--force"));
    }

    /** The graph of real size and TensorFlow's output for it, where the shared data is: beside the large golden vectors. */
    @Test
    void matchesTensorFlowOnTheStandInGraph() throws Exception {
        Path data = Path.of(System.getProperty(
                        "adm4j.shared", Golden.folder().resolve("..").toString()))
                .resolve("data");
        Path maker = data.resolve("inception/make_graph.py");
        assumeTrue(
                Files.isRegularFile(maker), "The shared data with the stand-in Inception graph is not here: " + maker);
        Path graph = folder.resolve("graph.pb");
        assumeTrue(python(maker, graph), "python3 with NumPy is needed to make the stand-in graph");
        Path network = folder.resolve("inception.onnx");
        Path outputs = folder.resolve("outputs.npz");
        Path activations = data.resolve("activations_mini.npz");

        succeeding("import-features", graph, "--out", network);
        succeeding("run", network, "--inputs", activations, "--outputs", outputs);

        Map<String, Tensor> expected = Npz.read(activations);
        Map<String, Tensor> found = Npz.read(outputs);
        assertNear(expected.get("pool_3"), found.get("pool_3"));
        assertNear(expected.get("spatial"), found.get("spatial"));
        assertNear(expected.get("softmax"), found.get("probabilities"));
    }

    private static boolean python(Path script, Path out) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder("python3", script.toString(), out.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return false;
        }
        return process.waitFor(5, TimeUnit.MINUTES) && process.exitValue() == 0;
    }

    /** Within 1e-3 of each value, or of a hundredth of the largest where a value is smaller. */
    private static void assertNear(Tensor expected, Tensor found) {
        assertEquals(expected.size(), found.size());
        float[] e = expected.toFloatArray();
        float[] f = found.toFloatArray();
        float largest = 0;
        for (float v : e) {
            largest = Math.max(largest, Math.abs(v));
        }
        for (int i = 0; i < e.length; i++) {
            assertEquals(e[i], f[i], 1e-3 * Math.max(Math.abs(e[i]), largest / 100), "value " + i);
        }
    }
}
