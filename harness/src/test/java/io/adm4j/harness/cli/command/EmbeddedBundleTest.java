package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.sampling.SampleBatch;
import io.adm4j.sampling.SampleRequest;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The bundle that ships with adm4j is complete, small, documented, and generates the classes that are requested. */
class EmbeddedBundleTest {
    private static final long MOST_BYTES = 12_000_000;

    private final ModelBundle bundle =
            ModelBundle.load(Path.of(System.getProperty("adm4j.root", ".."), "harness", "bundles", "fashion-mnist-32"));

    @Test
    void isWholeAndSmall() {
        Manifest manifest = bundle.manifest();
        for (String file : List.of(
                ModelBundle.DENOISER,
                ModelBundle.CLASSIFIER,
                ModelBundle.CLASSIFIER_GRADIENT,
                ModelBundle.FEATURES,
                EmbeddedBundle.REFERENCE)) {
            assertTrue(bundle.has(file), file);
        }
        long bytes = manifest.files().values().stream()
                .mapToLong(Manifest.FileEntry::bytes)
                .sum();
        assertTrue(bytes <= MOST_BYTES, bytes + " bytes");
    }

    @Test
    void saysWhatMadeIt() {
        for (String network : List.of("denoiser", "classifier", "features")) {
            JsonNode made = bundle.manifest().provenance().path(network);
            assertFalse(made.path("commands").isEmpty(), network);
            assertTrue(made.path("steps").asLong() > 0, network);
            assertTrue(made.path("seconds").asLong() > 0, network);
            assertEquals(64, made.path("data").path("sha256").asText().length(), network);
        }
    }

    @Test
    void featureNetworkKnowsRealImages() {
        Dataset real = Dataset.open(bundle.path(EmbeddedBundle.REFERENCE), DatasetOptions.ofSize(32));
        int count = 300;
        Tensor x = Tensor.zeros(ElementType.FLOAT32, count, 3, 32, 32);
        int[] labels = new int[count];
        byte[] image = new byte[real.imageBytes()];
        for (int i = 0; i < count; i++) {
            real.copy(i, image);
            labels[i] = real.label(i);
            for (int p = 0; p < image.length; p++) {
                x.floats().put((i * 3 + p % 3) * 1024 + p / 3, (image[p] & 0xff) / 127.5f - 1);
            }
        }
        double right = agreement(x, labels);
        assertTrue(right >= 0.8, "the feature network names " + right + " of the real images");
    }

    @Test
    void drawsTheClassesItIsAskedFor() {
        int[] labels = IntStream.range(0, 30).map(i -> i % 10).toArray();
        SamplingSettings settings = new SamplingSettings(SamplerKind.DDIM, StepChoice.strided(20), 1, 2, true);
        try (SamplingPipeline pipeline = SamplingPipeline.open(bundle, Device.CPU, 0)) {
            SampleBatch samples = pipeline.sample(SampleRequest.consecutive(1, labels, settings), StepListener.none());
            double right = agreement(samples.x0(), labels);
            assertTrue(right >= 0.6, "the feature network names " + right + " of the samples");
        }
    }

    /** Share of images for which the feature network's first guess is the label. */
    private double agreement(Tensor x, int[] labels) {
        try (OnnxSession session = OnnxSession.open(bundle.path(ModelBundle.FEATURES), Device.CPU, 0)) {
            float[] logits = session.run(Map.of("x", x)).get("logits").toFloatArray();
            int classes = logits.length / labels.length;
            long right = IntStream.range(0, labels.length)
                    .filter(i -> IntStream.range(0, classes)
                                    .reduce(0, (a, b) -> logits[i * classes + b] > logits[i * classes + a] ? b : a)
                            == labels[i])
                    .count();
            return (double) right / labels.length;
        }
    }
}
