package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NeighborhoodScoresTest {
    private static MatrixProducts products;

    @BeforeAll
    static void open() {
        products = MatrixProducts.open(1);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @Test
    void equalsTheDefinitionAcrossBlocks() {
        FeatureMatrix reference = gaussian(1300, 5, 1, 0);
        FeatureMatrix samples = gaussian(1100, 5, 2, 0.8);
        AtomicLong pairs = new AtomicLong();

        NeighborhoodScores found = NeighborhoodScores.between(reference, samples, 3, products, pairs::addAndGet);

        assertEquals(shareInside(samples, reference, 3), found.precision(), 1e-12);
        assertEquals(shareInside(reference, samples, 3), found.recall(), 1e-12);
        assertDensityAndCoverage(reference, samples, 3, found);
        assertEquals(NeighborhoodScores.pairs(1300, 1100), pairs.get());
    }

    @Test
    void isOneBetweenEqualSetsAndZeroBetweenDistantOnes() {
        FeatureMatrix a = gaussian(60, 8, 1, 0);
        FeatureMatrix far = gaussian(70, 8, 2, 1e4);

        NeighborhoodScores same = between(a, a);
        assertEquals(1, same.precision());
        assertEquals(1, same.recall());
        assertEquals(1, same.coverage());
        // Each point lies in its own ball and, without the rim, in k - 1 others on average.
        assertEquals(1, same.density(), 1e-12);
        assertEquals(new NeighborhoodScores(0, 0, 0, 0, 3), between(a, far));
    }

    @Test
    void holdsForRepeatedPoints() {
        FeatureMatrix one = gaussian(1, 8, 1, 1e3);
        FeatureMatrix same = new FeatureMatrix(8);
        for (int i = 0; i < 20; i++) {
            float[] row = new float[8];
            for (int c = 0; c < 8; c++) {
                row[c] = one.get(0, c);
            }
            same.add(row);
        }

        // Balls without extent have a rim, but hold nothing.
        assertEquals(new NeighborhoodScores(1, 1, 0, 0, 3), between(same, same));
    }

    @Test
    void takesManyAlikePointsFarFromTheOrigin() {
        // Float32 inner products alone would call these distances zero or negative.
        FeatureMatrix reference = gaussian(400, 6, 1, 0);
        addAll(reference, gaussian(400, 6, 2, 3e4));
        FeatureMatrix samples = gaussian(300, 6, 3, 3e4);

        assertDefinition(reference, samples);
    }

    @Test
    void looksAgainAtPointsWithManyNearOnes() {
        // Seen from the mean of all, the distances within each group of 90 are too small for small integers to tell
        // apart.
        FeatureMatrix reference = gaussian(1100, 24, 1, 0);
        addAll(reference, scaled(gaussian(90, 24, 2, 0), 0.01f, 40));
        FeatureMatrix samples = gaussian(1000, 24, 3, 0.2);
        addAll(samples, scaled(gaussian(90, 24, 4, 0), 0.01f, 40));

        assertDefinition(reference, samples);
    }

    @Test
    void holdsForTiesAndOutliers() {
        // Points of a grid are at few different distances, many exactly at a radius; some rows are a thousand times as
        // long.
        FeatureMatrix reference = grid(1200, 1);
        FeatureMatrix samples = grid(1100, 2);
        addAll(reference, scaled(gaussian(20, 6, 3, 0), 1e3f, 0));
        addAll(samples, scaled(gaussian(20, 6, 4, 0), 1e3f, 0));

        assertDefinition(reference, samples);
    }

    @Test
    void holdsForCollapsedSamples() {
        FeatureMatrix reference = gaussian(1100, 16, 1, 0);
        FeatureMatrix samples = new FeatureMatrix(16);
        for (int i = 0; i < 300; i++) {
            addAll(samples, gaussian(1, 16, 2 + i % 3, 0));
        }

        assertDefinition(reference, samples);
        assertDefinition(samples, reference);
    }

    private static void assertDefinition(FeatureMatrix reference, FeatureMatrix samples) {
        NeighborhoodScores found = between(reference, samples);

        assertEquals(shareInside(samples, reference, 3), found.precision(), 1e-12);
        assertEquals(shareInside(reference, samples, 3), found.recall(), 1e-12);
        assertDensityAndCoverage(reference, samples, 3, found);
    }

    private static FeatureMatrix grid(int rows, long seed) {
        Random random = new Random(seed);
        FeatureMatrix matrix = new FeatureMatrix(6);
        for (int r = 0; r < rows; r++) {
            float[] row = new float[6];
            for (int c = 0; c < row.length; c++) {
                row[c] = random.nextInt(4);
            }
            matrix.add(row);
        }
        return matrix;
    }

    private static FeatureMatrix scaled(FeatureMatrix points, float scale, float shift) {
        FeatureMatrix result = new FeatureMatrix(points.columns());
        for (int r = 0; r < points.rows(); r++) {
            float[] row = new float[points.columns()];
            for (int c = 0; c < row.length; c++) {
                row[c] = points.get(r, c) * scale + shift;
            }
            result.add(row);
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void densityIsAboutOneForTheSameDistribution(int k) {
        NeighborhoodScores found =
                NeighborhoodScores.between(gaussian(1500, 4, 1, 0), gaussian(1500, 4, 2, 0), k, products, pairs -> {});

        assertEquals(1, found.density(), 0.1);
        // Naeem et al. 2020, appendix: 1 - (N - 1)...(N - k) / ((2N - 1)...(2N - k)).
        assertEquals(1 - Math.pow(0.5, k), found.coverage(), 0.05);
    }

    @Test
    void densityGrowsWhereSamplesCrowdAndCoverageFalls() {
        FeatureMatrix reference = gaussian(500, 4, 1, 0);
        FeatureMatrix crowd = new FeatureMatrix(4);
        for (int i = 0; i < 500; i++) {
            crowd.add(new float[] {1e-3f * i / 500, 0, 0, 0});
        }

        NeighborhoodScores found = between(reference, crowd);

        assertTrue(found.density() > 1.2, found.toString());
        assertTrue(found.coverage() < 0.1, found.toString());
    }

    @Test
    void seesAModeThatIsMissing() {
        FeatureMatrix reference = gaussian(100, 4, 1, 0);
        addAll(reference, gaussian(100, 4, 2, 50));
        FeatureMatrix samples = gaussian(100, 4, 3, 0);

        NeighborhoodScores found = between(reference, samples);

        assertEquals(0.5, found.recall(), 0.1);
        assertEquals(true, found.precision() > 0.8);
    }

    @Test
    void refusesTooFewPoints() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> between(gaussian(3, 4, 1, 0), gaussian(9, 4, 2, 0)));

        assertEquals(
                "Neighborhoods with k = 3 take more than 3 images in each set; there are 3 and 9.", e.getMessage());
    }

    private static NeighborhoodScores between(FeatureMatrix reference, FeatureMatrix samples) {
        return NeighborhoodScores.between(reference, samples, 3, products, pairs -> {});
    }

    private static double shareInside(FeatureMatrix points, FeatureMatrix set, int k) {
        double[] radii = new double[set.rows()];
        for (int i = 0; i < set.rows(); i++) {
            double[] distances = new double[set.rows()];
            for (int j = 0; j < set.rows(); j++) {
                distances[j] = distance(set, i, set, j);
            }
            Arrays.sort(distances);
            radii[i] = distances[k];
        }
        int inside = 0;
        for (int p = 0; p < points.rows(); p++) {
            boolean found = false;
            for (int i = 0; i < set.rows() && !found; i++) {
                found = distance(points, p, set, i) <= radii[i];
            }
            inside += found ? 1 : 0;
        }
        return inside / (double) points.rows();
    }

    private static void assertDensityAndCoverage(
            FeatureMatrix reference, FeatureMatrix samples, int k, NeighborhoodScores found) {
        long balls = 0;
        int covered = 0;
        for (int i = 0; i < reference.rows(); i++) {
            double[] distances = new double[reference.rows()];
            for (int j = 0; j < distances.length; j++) {
                distances[j] = distance(reference, i, reference, j);
            }
            Arrays.sort(distances);
            long held = 0;
            for (int j = 0; j < samples.rows(); j++) {
                held += distance(reference, i, samples, j) < distances[k] ? 1 : 0;
            }
            balls += held;
            covered += held > 0 ? 1 : 0;
        }
        assertEquals(balls / (double) (k * samples.rows()), found.density(), 1e-12);
        assertEquals(covered / (double) reference.rows(), found.coverage(), 1e-12);
    }

    private static double distance(FeatureMatrix a, int i, FeatureMatrix b, int j) {
        double sum = 0;
        for (int c = 0; c < a.columns(); c++) {
            double d = (double) a.get(i, c) - b.get(j, c);
            sum += d * d;
        }
        return sum;
    }

    private static void addAll(FeatureMatrix to, FeatureMatrix from) {
        float[] row = new float[from.columns()];
        for (int r = 0; r < from.rows(); r++) {
            for (int c = 0; c < row.length; c++) {
                row[c] = from.get(r, c);
            }
            to.add(row);
        }
    }

    private static FeatureMatrix gaussian(int rows, int columns, long seed, double mean) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + random.nextGaussian());
        }
        FeatureMatrix matrix = new FeatureMatrix(columns);
        matrix.add(values);
        return matrix;
    }
}
