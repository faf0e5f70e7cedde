package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Scores of given features against an independent computation in float64: {@code src/test/generator/scores.py} writes
 * {@code scores.npz} and {@code scores.json}.
 */
class Float64ScoresTest {
    private static final double RELATIVE = 1e-8;

    private static Map<String, Tensor> arrays;
    private static JsonNode expected;
    private static MatrixProducts products;

    @BeforeAll
    static void read() throws IOException, URISyntaxException {
        arrays = Npz.read(
                Path.of(Float64ScoresTest.class.getResource("scores.npz").toURI()));
        try (InputStream in = Float64ScoresTest.class.getResourceAsStream("scores.json")) {
            expected = new ObjectMapper().readTree(in);
        }
        products = MatrixProducts.open(1);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full_rank", "ill_conditioned", "large_means", "few", "collapsed"})
    void frechetDistance(String name) {
        FrechetDistance found = FrechetDistance.between(
                FeatureStatistics.of(reference(name), products),
                FeatureStatistics.of(samples(name), products),
                products);

        assertClose(value(name, "fd"), found.value());
    }

    @Test
    void frechetDistanceOfFew() {
        assertClose(
                value("few", "fd"),
                FrechetDistance.ofFew(reference("few"), samples("few"), products)
                        .value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"full_rank", "ill_conditioned", "large_means", "few", "collapsed"})
    void neighborhoods(String name) {
        NeighborhoodScores found =
                between(reference(name), samples(name), expected.get("k").asInt());

        assertClose(value(name, "precision"), found.precision());
        assertClose(value(name, "recall"), found.recall());
        assertClose(value(name, "density"), found.density());
        assertClose(value(name, "coverage"), found.coverage());
    }

    @Test
    void collapsedSamplesArePreciseAndRecallLittle() {
        NeighborhoodScores exact = between(reference("collapsed"), samples("collapsed"), 3);
        PublishedPrecisionRecall published = PublishedPrecisionRecall.between(
                        reference("collapsed"), samples("collapsed"), 3, products, pairs -> {})
                .orElseThrow();

        assertTrue(exact.precision() > 0.95, exact.toString());
        assertTrue(exact.recall() < 0.05, exact.toString());
        assertTrue(exact.coverage() < 0.1, exact.toString());
        assertTrue(published.precision() > 0.95, published.toString());
        assertTrue(published.recall() < 0.05, published.toString());
    }

    /**
     * Points on a line, counted by hand. With k = 1 the balls of the reference reach 1, 1, 1, 1, 7 and 30 far and hold 0.5
     * twice, 2.25 twice and 6 once; those of the samples reach 20.5, 1.75, 1.75 and 3.75 far and hold 0, 1, 2 and 3.
     */
    @Test
    void nearestNeighborsOnALine() {
        assertEquals(
                new NeighborhoodScores(3 / 4.0, 4 / 6.0, 5 / 4.0, 5 / 6.0, 1),
                between(line(0, 1, 2, 3, 10, 40), line(-20, 0.5f, 2.25f, 6), 1));
    }

    /**
     * The same with k = 2: the balls reach 2, 1, 1, 2, 8 and 37 far and hold 0.5 twice, 2.25 three times and 6 twice; those of
     * the samples reach 22.25, 5.5, 3.75 and 5.5 far and hold all of the reference but 40.
     */
    @Test
    void secondNeighborsOnALine() {
        assertEquals(
                new NeighborhoodScores(3 / 4.0, 5 / 6.0, 7 / 8.0, 1, 2),
                between(line(0, 1, 2, 3, 10, 40), line(-20, 0.5f, 2.25f, 6), 2));
    }

    private static FeatureMatrix line(float... points) {
        FeatureMatrix matrix = new FeatureMatrix(2);
        for (float point : points) {
            matrix.add(new float[] {point, 0});
        }
        return matrix;
    }

    private static NeighborhoodScores between(FeatureMatrix reference, FeatureMatrix samples, int k) {
        return NeighborhoodScores.between(reference, samples, k, products, pairs -> {});
    }

    private static FeatureMatrix reference(String name) {
        return FeatureMatrix.of(arrays.get(name + "_reference"));
    }

    private static FeatureMatrix samples(String name) {
        return FeatureMatrix.of(arrays.get(name + "_samples"));
    }

    private static double value(String name, String score) {
        return expected.at("/cases/" + name + "/" + score).asDouble();
    }

    private static void assertClose(double value, double found) {
        assertEquals(value, found, RELATIVE * Math.abs(value));
    }
}
