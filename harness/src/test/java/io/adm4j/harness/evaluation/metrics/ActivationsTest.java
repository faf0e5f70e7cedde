package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.PredictionStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Metrics of Inception activations of real images against NumPy and SciPy. {@code activations.npz}: pool_3 and spatial
 * activations of eight images, those of four images cut into vectors of 64 as reference, those of the others as samples,
 * and the class probabilities of all. {@code activations.json}: FID with {@code scipy.linalg.sqrtm}, the others from their
 * definitions in float64, the published precision and recall with float16 at each step.
 */
class ActivationsTest {
    private static final double RELATIVE = 3e-7;

    private static Map<String, Tensor> arrays;
    private static JsonNode expected;
    private static MatrixProducts products;

    @BeforeAll
    static void read() throws IOException, URISyntaxException {
        arrays = Npz.read(
                Path.of(ActivationsTest.class.getResource("activations.npz").toURI()));
        try (InputStream in = ActivationsTest.class.getResourceAsStream("activations.json")) {
            expected = new ObjectMapper().readTree(in);
        }
        products = MatrixProducts.open(1);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @Test
    void fid() {
        assertClose(expected.get("fid"), frechet("reference", "samples"));
    }

    @Test
    void sfid() {
        assertClose(expected.get("sfid"), frechet("spatial_reference", "spatial_samples"));
    }

    @Test
    void inceptionScore() {
        Tensor softmax = arrays.get("softmax");
        PredictionStatistics.Accumulator accumulator = new PredictionStatistics.Accumulator(
                (int) softmax.dim(1), expected.get("inception_split").asInt());
        accumulator.add(softmax.toFloatArray());

        InceptionScore found = InceptionScore.of(accumulator.finish());

        assertClose(expected.get("inception_score"), found.mean());
        assertClose(expected.get("inception_deviation"), found.standardDeviation());
    }

    @Test
    void kernelDistance() {
        KernelDistance found =
                KernelDistance.between(features("reference"), features("samples"), 0, products, pairs -> {});

        assertEquals(expected.get("kid").asDouble(), found.value(), 1e-12);
    }

    @Test
    void neighborhoodsAtFullAccuracy() {
        NeighborhoodScores found = NeighborhoodScores.between(
                features("reference"), features("samples"), expected.get("k").asInt(), products, pairs -> {});

        JsonNode exact = expected.get("exact");
        assertEquals(exact.get("precision").asDouble(), found.precision());
        assertEquals(exact.get("recall").asDouble(), found.recall());
        assertEquals(exact.get("density").asDouble(), found.density(), 1e-15);
        assertEquals(exact.get("coverage").asDouble(), found.coverage());
    }

    @Test
    void precisionAndRecallAsPublished() {
        PublishedPrecisionRecall found = PublishedPrecisionRecall.between(
                        features("reference"),
                        features("samples"),
                        expected.get("k").asInt(),
                        products,
                        pairs -> {})
                .orElseThrow();

        assertEquals(expected.at("/published/precision").asDouble(), found.precision());
        assertEquals(expected.at("/published/recall").asDouble(), found.recall());
        assertNotEquals(expected.at("/exact/recall").asDouble(), found.recall(), "rounding shows");
    }

    private static double frechet(String reference, String samples) {
        return FrechetDistance.between(
                        FeatureStatistics.of(features(reference), products),
                        FeatureStatistics.of(features(samples), products),
                        products)
                .value();
    }

    private static FeatureMatrix features(String name) {
        return FeatureMatrix.of(arrays.get(name));
    }

    private static void assertClose(JsonNode value, double found) {
        assertEquals(value.asDouble(), found, RELATIVE * Math.abs(value.asDouble()));
    }
}
