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
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.harness.evaluation.features.TinyInception;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features in files, and every place that takes them instead of images. */
class FeaturesCommandTest {
    private static final int SIZE = 6;
    private static final int CLASSES = 3;

    @TempDir
    Path folder;

    private Path network;
    private Path samples;
    private Path real;

    @BeforeEach
    void write() throws IOException {
        Path graph = Files.write(
                folder.resolve("tiny.pb"), new TinyInception().graph().bytes());
        network = folder.resolve("tiny.onnx");
        succeeding("import-features", graph, "--out", network);
        samples = images("samples.npz", 45, 1);
        real = images("real.npz", 60, 2);
    }

    private Path images(String name, int count, long seed) {
        byte[] values = new byte[count * SIZE * SIZE * 3];
        new SplittableRandom(seed).nextBytes(values);
        long[] labels =
                LongStream.range(0, count).map(i -> (i * 7 + seed) % CLASSES).toArray();
        Path file = folder.resolve(name);
        Npz.write(file, Map.of("arr_0", Tensor.of(values, count, SIZE, SIZE, 3), "arr_1", Tensor.of(labels, count)));
        return file;
    }

    private Path features(Path images, Object... more) {
        Path out = folder.resolve(images.getFileName().toString().replace(".npz", ".features.npz"));
        succeeding(arguments("features", "--data", images, "--features", network, "--out", out, more));
        return out;
    }

    /** All scores of the first set, with those of classes and the warnings. */
    private JsonNode scores(Object... command) throws IOException {
        Path report = folder.resolve("report.json");
        succeeding(arguments("eval", command, "--out", report, "--force"));
        JsonNode result =
                new ObjectMapper().readTree(report.toFile()).get("results").get(0);
        assertTrue(result.get("scores").size() > 3, result.toString());
        return new ObjectMapper()
                .createArrayNode()
                .add(result.get("scores"))
                .add(result.path("classes"))
                .add(result.path("warnings"));
    }

    @Test
    void scoresAreThoseOfTheImagesAndNeedNoNetwork() throws IOException {
        Object[] how = {"--metrics", "all", "--bootstrap", 20, "--inception-split", 20, "--per-class", "--k", 2};
        JsonNode expected =
                scores(arguments(how, "--samples-npz", samples, "--reference", real, "--features", network));
        Path sampled = features(samples, "--batch-size", 7);
        Path reference = features(real);

        assertEquals(
                expected, scores(arguments(how, "--samples-npz", sampled, "--reference", real, "--features", network)));
        assertEquals(
                expected,
                scores(arguments(how, "--samples-npz", samples, "--reference", reference, "--features", network)));
        Files.delete(network);
        Files.delete(samples);
        Files.delete(real);
        assertEquals(expected, scores(arguments(how, "--samples-npz", sampled, "--reference", reference)));
    }

    @Test
    void theFileHasThePublishedNames() {
        Map<String, Tensor> arrays = Npz.read(features(samples));
        Path batch = folder.resolve("batch.npz");
        succeeding("reference", "--data", samples, "--features", network, "--out", batch, "--pictures", 0);
        Map<String, Tensor> statistics = Npz.read(batch);

        assertArrayEquals(new long[] {45, 24}, arrays.get("pool_3").shape());
        assertEquals(45, arrays.get("spatial").dim(0));
        assertArrayEquals(new long[] {45, 5}, arrays.get("softmax").shape());
        assertArrayEquals(
                Npz.read(samples).get("arr_1").toLongArray(),
                arrays.get("arr_1").toLongArray());
        for (String name : List.of("mu", "sigma", "mu_s", "sigma_s")) {
            assertArrayEquals(
                    statistics.get(name).toDoubleArray(), arrays.get(name).toDoubleArray(), name);
        }
    }

    @Test
    void aReferenceBatchOfFeaturesHasTheirStatisticsAlone() {
        Path file = features(samples);
        Path batch = folder.resolve("batch.npz");
        succeeding("reference", "--data", samples, "--features", network, "--out", batch, "--pictures", 0);
        Path made = folder.resolve("made.npz");

        refused("--pictures keeps images", "reference", "--data", file, "--out", made, "--pictures", 10);
        assertFalse(Files.exists(made));
        String said = succeeding("reference", "--data", file, "--out", made).out();

        assertTrue(said.contains("Only FID and sFID can be computed with it"), said);
        Map<String, Tensor> expected = Npz.read(batch);
        Map<String, Tensor> found = Npz.read(made);
        assertEquals(expected.keySet(), found.keySet());
        assertArrayEquals(
                expected.get("sigma").toDoubleArray(), found.get("sigma").toDoubleArray());
        assertArrayEquals(
                expected.get("adm4j_count").toLongArray(),
                found.get("adm4j_count").toLongArray());
    }

    @Test
    void aChoiceIsThatOfEval() throws IOException {
        Object[] choice = {"--samples", 20, "--seed", 5};
        JsonNode expected =
                scores(arguments("--samples-npz", samples, "--reference", real, "--features", network, choice));
        Path some = features(samples, choice);
        assertEquals(20, Npz.read(some).get("pool_3").dim(0));
        assertEquals(expected, scores("--samples-npz", some, "--reference", real, "--features", network));

        Path all = features(samples);
        assertEquals(
                expected, scores(arguments("--samples-npz", all, "--reference", real, "--features", network, choice)));
        refused(
                "holds only the features of 45 images",
                arguments("eval", "--samples-npz", all, "--reference", real, "--features", network, "--samples", 46));
    }

    @Test
    void featuresOfOtherNetworksAreRefused() throws IOException {
        Path other = FeatureNetworks.columnMeans(folder.resolve("other.onnx"), SIZE);
        Path file = features(samples);
        Path reference = folder.resolve("other.npz");
        succeeding("features", "--data", real, "--features", other, "--out", reference);

        refused("of another network (other.onnx, sha256", "eval", "--samples-npz", file, "--reference", reference);
        refused(
                "of another network (tiny.onnx, sha256",
                arguments("eval", "--samples-npz", file, "--reference", real, "--features", other));
        refused(
                "name it with --features, or make a file of features of the images too",
                "eval",
                "--samples-npz",
                file,
                "--reference",
                real);
        refused("Give --reference", "eval", "--samples-npz", file);
        refused("holds features already", "features", "--data", file, "--features", network, "--out", reference);
        refused(
                "sFID takes spatial features",
                arguments("eval", "--samples-npz", reference, "--reference", reference, "--metrics", "sfid"));
    }

    @Test
    void imagesResizedOtherwiseAreRefused() throws IOException {
        Path square = FeatureNetworks.columnMeans(folder.resolve("square.onnx"), 4);
        Object[] command = {"features", "--data", samples, "--features", square};
        Path tf = folder.resolve("tf.npz");
        Path bilinear = folder.resolve("bilinear.npz");
        refused("are 6x6, but the feature network takes 4x4", arguments(command, "--out", tf));
        succeeding(arguments(command, "--out", tf, "--resize", "tf1"));
        succeeding(arguments(command, "--out", bilinear, "--resize", "bilinear"));

        refused("resized with bilinear, and the others with tf1", "eval", "--samples-npz", tf, "--reference", bilinear);
    }

    @Test
    void onlyItsOwnFilesAreReplaced() throws IOException {
        Path out = features(samples);
        Path batch = folder.resolve("batch.npz");
        succeeding("reference", "--data", samples, "--features", network, "--out", batch);
        Object[] command = {"features", "--data", samples, "--features", network};
        Set<Path> before = files();

        refused("named twice", arguments(command, "--out", samples));
        refused("is not a file of features", arguments(command, "--out", batch));
        refused("let its name end in .npz", arguments(command, "--out", folder.resolve("x")));
        refused(
                "exists and is not a reference batch",
                "reference",
                "--data",
                samples,
                "--features",
                network,
                "--out",
                out);
        succeeding(arguments(command, "--out", out));

        assertEquals(before, files(), "nothing is left behind");
        Map<String, Tensor> damaged = new HashMap<>(Npz.read(out));
        damaged.put("softmax", Tensor.of(new float[8], 2, 4));
        Npz.write(out, damaged);
        refused("are damaged (softmax is", "eval", "--samples-npz", out, "--reference", out);
    }

    @Test
    void damagedLabelsAndDescriptionsAreRefused() {
        Path sound = features(images("samples.npz", 12, 1));
        assertDamaged("labels for 12 images are", sound, "arr_1", Tensor.of(new float[12], 12));
        assertDamaged("labels for 12 images are INT64[11]", sound, "arr_1", Tensor.of(new long[11], 11));
        long[] huge = new long[12];
        huge[3] = 1L << 40;
        assertDamaged("a label is no number of a class", sound, "arr_1", Tensor.of(huge, 12));
        assertDamaged("its description is FLOAT32", sound, "adm4j_features", Tensor.of(new float[3], 3));
        assertDamaged("its description is no JSON", sound, "adm4j_features", Tensor.of(new byte[] {'{'}, 1));
    }

    private void assertDamaged(String why, Path sound, String name, Tensor array) {
        Map<String, Tensor> arrays = new HashMap<>(Npz.read(sound));
        arrays.put(name, array);
        Path file = folder.resolve("damaged.npz");
        Npz.write(file, arrays);
        refused(why, "eval", "--samples-npz", file, "--reference", sound, "--features", network);
    }

    private Set<Path> files() throws IOException {
        try (var all = Files.walk(folder)) {
            return Set.copyOf(all.toList());
        }
    }
}
