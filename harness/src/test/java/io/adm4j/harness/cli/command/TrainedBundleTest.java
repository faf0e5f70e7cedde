package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three networks trained from the command line, and the bundle that they are exported to. */
@Tag("training")
class TrainedBundleTest {
    @TempDir
    static Path folder;

    private static Path denoiser;
    private static Path classifier;
    private static Path features;
    private static Path bundle;
    private static String exported;

    @BeforeAll
    static void trainAndExport() {
        Path data = TinyRun.data(folder.resolve("data.npz"), 16, 2);
        denoiser = folder.resolve("denoiser");
        classifier = folder.resolve("classifier");
        features = folder.resolve("features");
        bundle = folder.resolve("bundle");
        Object[] all = {"--num-classes", 2, "--data", data, "--ema-rate", 0.8};
        Object[] large = {"--batch-size", 16, "--lr", 5e-3};
        Object[] classifying = arguments("train", "classifier", TinyRun.classifier(), all, large);
        Object[] denoising = arguments("train", "diffusion", TinyRun.denoiser(), all);

        succeeding(arguments(denoising, "--ema-rate", "0.5,0.9", "--lr", 2e-3, "--steps", 60, "--out", denoiser));
        succeeding(arguments(classifying, "--steps", 60, "--out", classifier));
        succeeding(arguments(classifying, "--steps", 40, "--out", features, "--no-noise"));
        exported = succeeding(
                        "export",
                        "--denoiser",
                        denoiser,
                        "--classifier",
                        classifier,
                        "--features",
                        features,
                        "--out",
                        bundle,
                        "--name",
                        "tiny")
                .out();
    }

    @Test
    void theDenoisersLossFalls() {
        assertFalls(TinyRun.logged(denoiser, "mse"), 0.6);
    }

    @Test
    void theNoisyClassifiersLossFalls() {
        assertFalls(TinyRun.logged(classifier, "loss"), 0.7);
    }

    @Test
    void theFeatureNetworkLearnsTheClasses() {
        assertFalls(TinyRun.logged(features, "loss"), 0.6);
        double[] accuracy = TinyRun.logged(features, "accuracy");
        assertEquals(1, accuracy[accuracy.length - 1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"denoiser.onnx", "classifier.onnx", "classifier-gradient.onnx", "features.onnx"})
    void theBundleHasEveryNetwork(String file) {
        assertTrue(exported.contains(file), exported);
        assertTrue(ModelBundle.load(bundle).has(file), file);
    }

    @Test
    void theManifestSaysHowItWasTrained() throws IOException {
        JsonNode manifest =
                new ObjectMapper().readTree(bundle.resolve("model.json").toFile());

        assertEquals("tiny", manifest.at("/name").asText());
        assertEquals(60, manifest.at("/provenance/denoiser/steps").asInt());
        assertEquals(0.9, manifest.at("/provenance/denoiser/ema_rate").asDouble());
        assertTrue(manifest.at("/provenance/denoiser/commands/0").asText().contains("train diffusion"));
        assertEquals(
                64, manifest.at("/provenance/features/data/sha256").asText().length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "ddpm"})
    void theBundleSamplesWithGuidance(String sampler) {
        Path samples = folder.resolve(sampler + ".npz");

        succeeding(
                "sample",
                "--bundle",
                bundle,
                "--sampler",
                sampler,
                "--steps",
                10,
                "--classifier-scale",
                2,
                "--num-samples",
                4,
                "--out",
                samples);

        Map<String, Tensor> arrays = Npz.read(samples);
        assertArrayEquals(
                new long[] {4, TinyRun.SIZE, TinyRun.SIZE, 3},
                arrays.get("arr_0").shape());
        assertArrayEquals(new long[] {0, 1, 0, 1}, arrays.get("arr_1").toLongArray());
    }

    @Test
    void halfPrecisionIsSmallerAndSamples() throws IOException {
        Path half = folder.resolve("half");

        succeeding("export", "--denoiser", denoiser, "--classifier", classifier, "--precision", "fp16", "--out", half);

        assertTrue(ModelBundle.load(half).manifest().denoiser().get("use_fp16").asBoolean());
        assertTrue(Files.size(half.resolve("denoiser.onnx")) < 0.8 * Files.size(bundle.resolve("denoiser.onnx")));
        succeeding(
                "sample",
                "--bundle",
                half,
                "--steps",
                5,
                "--classifier-scale",
                2,
                "--num-samples",
                2,
                "--out",
                folder.resolve("half.npz"));
    }

    @Test
    void theLastWeightsCanBeExported() {
        succeeding("export", "--denoiser", denoiser, "--ema-rate", 0, "--out", folder.resolve("last"));
    }

    @Test
    void aRefusedExportLeavesTheBundle() {
        refused("no moving average", "export", "--denoiser", denoiser, "--ema-rate", 0.7, "--out", bundle);
        refused("trained without noise", "export", "--denoiser", denoiser, "--classifier", features, "--out", bundle);
        refused("takes a run of 'train diffusion'", "export", "--denoiser", classifier, "--out", bundle);
        refused("no training run", "export", "--denoiser", folder.resolve("none"), "--out", bundle);
        assertTrue(ModelBundle.load(bundle).has(ModelBundle.FEATURES));
    }

    @Test
    void aRunIsResumedByItsOwnCommand() {
        refused("not of 'train classifier'", "train", "classifier", "--resume", denoiser, "--steps", 70);
    }

    private static void assertFalls(double[] values, double factor) {
        double first = Arrays.stream(values).limit(8).average().orElseThrow();
        double last = Arrays.stream(values).skip(values.length - 8).average().orElseThrow();
        assertTrue(last < factor * first, first + " to " + last);
    }
}
