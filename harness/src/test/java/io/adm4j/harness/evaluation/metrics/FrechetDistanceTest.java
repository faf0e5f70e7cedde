package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.SymmetricEigen;
import io.adm4j.tensor.HalfFloat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrechetDistanceTest {
    private static MatrixProducts products;

    @BeforeAll
    static void open() {
        products = MatrixProducts.open(1);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 40, 3})
    void isZeroBetweenEqualSets(int count) {
        FeatureStatistics a = statistics(random(count, 24, 1, 0, 1));

        FrechetDistance distance = FrechetDistance.between(a, a, products);

        assertEquals(0, distance.value(), 1e-6);
        assertEquals(count <= 24, distance.rankDeficient());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 10})
    void isSymmetric(int count) {
        FeatureStatistics a = statistics(random(count, 24, 1, 0, 1));
        FeatureStatistics b = statistics(random(300, 24, 2, 0.5, 2));

        double there = FrechetDistance.between(a, b, products).value();
        double back = FrechetDistance.between(b, a, products).value();

        assertTrue(there > 1);
        assertEquals(there, back, 1e-6 * there);
    }

    @Test
    void matchesTheClosedFormForDiagonalCovariances() {
        int n = 7;
        double[] mean = new double[n];
        double[] otherMean = new double[n];
        double[] covariance = new double[n * n];
        double[] otherCovariance = new double[n * n];
        double expected = 0;
        for (int i = 0; i < n; i++) {
            mean[i] = i;
            otherMean[i] = 2 - i * 0.5;
            double s = 0.1 + i;
            double t = 3.0 / (1 + i);
            covariance[i * n + i] = s * s;
            otherCovariance[i * n + i] = t * t;
            expected += Math.pow(mean[i] - otherMean[i], 2) + (s - t) * (s - t);
        }

        FrechetDistance distance = FrechetDistance.between(
                new FeatureStatistics(100, mean, covariance),
                new FeatureStatistics(100, otherMean, otherCovariance),
                products);

        assertEquals(expected, distance.value(), 1e-10);
        assertFalse(distance.rankDeficient());
    }

    @Test
    void matchesTheClosedFormForTwoDimensions() {
        // In two dimensions tr (AB)^½ = sqrt(tr AB + 2 sqrt(det AB)).
        double[] a = {2, 0.7, 0.7, 1};
        double[] b = {1, -0.4, -0.4, 3};
        double traceOfProduct = a[0] * b[0] + 2 * a[1] * b[1] + a[3] * b[3];
        double determinant = (a[0] * a[3] - a[1] * a[1]) * (b[0] * b[3] - b[1] * b[1]);
        double expected = 1 + 4 + 3 + 4 - 2 * Math.sqrt(traceOfProduct + 2 * Math.sqrt(determinant));

        double distance = FrechetDistance.between(
                        new FeatureStatistics(9, new double[] {1, 0}, a),
                        new FeatureStatistics(9, new double[] {0, 2}, b),
                        products)
                .value();

        assertEquals(expected, distance, 1e-12);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 9, 24, 60})
    void fewVectorsGiveWhatTheirStatisticsGive(int count) {
        FeatureMatrix a = Features.gaussian(40, 24, 1, 0, 1);
        FeatureMatrix b = Features.gaussian(count, 24, 2, 0.3, 1.5);
        double expected = FrechetDistance.between(
                        FeatureStatistics.of(a, products), FeatureStatistics.of(b, products), products)
                .value();

        FrechetDistance few = FrechetDistance.ofFew(a, b, products);

        assertEquals(expected, few.value(), 1e-6 * expected);
        assertEquals(expected, FrechetDistance.ofFew(b, a, products).value(), 1e-6 * expected);
        assertEquals(count <= 24, few.rankDeficient());
        assertEquals(0, FrechetDistance.ofFew(b, b, products).value(), 1e-6);
    }

    /** A covariance that float16 rounded has negative eigenvalues. */
    @Test
    void standsAReferenceOfFewDigits() {
        FeatureStatistics exact = FeatureStatistics.of(Features.gaussian(20, 50, 1, 0, 1), products);
        FeatureStatistics samples = FeatureStatistics.of(Features.gaussian(500, 50, 2, 0, 1.3), products);
        double[] rounded = exact.covariance().clone();
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = HalfFloat.value(HalfFloat.bits((float) rounded[i]));
        }
        for (double e : SymmetricEigen.values(rounded.clone(), 50)) {
            lowest = Math.min(lowest, e);
        }
        double expected = FrechetDistance.between(exact, samples, products).value();

        FrechetDistance found =
                FrechetDistance.between(new FeatureStatistics(20, exact.mean(), rounded), samples, products);

        assertEquals(expected, found.value(), 2e-2 * expected);
        assertTrue(lowest < 0, "rounding was to make the covariance indefinite, its lowest eigenvalue is " + lowest);
    }

    @Test
    void doesNotChangeWithTheOrder() {
        float[] values = random(3000, 6, 3, 1000, 0.1);
        float[] reversed = new float[values.length];
        for (int r = 0; r < 3000; r++) {
            System.arraycopy(values, r * 6, reversed, (2999 - r) * 6, 6);
        }
        FeatureStatistics other = statistics(random(200, 6, 4, 1000, 0.2), 6);

        double there =
                FrechetDistance.between(statistics(values, 6), other, products).value();
        double back = FrechetDistance.between(statistics(reversed, 6), other, products)
                .value();

        assertEquals(there, back, 1e-9);
    }

    @Test
    void streamedStatisticsAreThoseOfTheWhole() {
        float[] values = random(2500, 5, 5, 1e4, 1);
        FeatureStatistics.Accumulator accumulator = new FeatureStatistics.Accumulator(5, products);
        for (int from = 0; from < 2500; from += 100) {
            float[] part = new float[500];
            System.arraycopy(values, from * 5, part, 0, 500);
            accumulator.add(part);
        }
        FeatureStatistics streamed = accumulator.finish();

        double[] mean = new double[5];
        for (int i = 0; i < values.length; i++) {
            mean[i % 5] += values[i] / 2500.0;
        }
        for (int a = 0; a < 5; a++) {
            assertEquals(mean[a], streamed.mean()[a], 1e-8);
            for (int b = 0; b < 5; b++) {
                double sum = 0;
                for (int r = 0; r < 2500; r++) {
                    sum += (values[r * 5 + a] - mean[a]) * (values[r * 5 + b] - mean[b]);
                }
                assertEquals(sum / 2499, streamed.covariance()[a * 5 + b], 1e-9);
            }
        }
    }

    @Test
    void refusesFeaturesOfOtherLength() {
        FeatureStatistics a = statistics(random(50, 24, 1, 0, 1));
        FeatureStatistics b = statistics(random(50, 6, 1, 0, 1), 6);

        String message =
                "Features of 24 and of 6 elements cannot be compared; take both sets from one feature network.";
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> FrechetDistance.between(a, b, products))
                        .getMessage());
        FeatureMatrix few = Features.gaussian(5, 24, 1, 0, 1);
        FeatureMatrix shorter = Features.gaussian(5, 6, 1, 0, 1);
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> FrechetDistance.ofFew(few, shorter, products))
                        .getMessage());
    }

    private static FeatureStatistics statistics(float[] values) {
        return statistics(values, 24);
    }

    private static FeatureStatistics statistics(float[] values, int columns) {
        FeatureMatrix matrix = new FeatureMatrix(columns);
        matrix.add(values);
        return FeatureStatistics.of(matrix, products);
    }

    private static float[] random(int rows, int columns, long seed, double mean, double deviation) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return values;
    }
}
