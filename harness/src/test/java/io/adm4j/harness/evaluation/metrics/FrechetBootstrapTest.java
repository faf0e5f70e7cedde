package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.Shuffle;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Interval and extrapolation of FID against their formulas on features of one or two elements. */
class FrechetBootstrapTest {
    private static final int RESAMPLES = 40;
    private static final long SEED = 7;

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
    void isTheFirstOrderBootstrapOfTheDistance() {
        FeatureStatistics reference = FeatureStatistics.of(Features.gaussian(900, 1, 1, 0, 1), products);
        // More than one block of rows.
        FeatureMatrix samples = Features.gaussian(1100, 1, 2, 0.4, 1.5);
        FeatureStatistics statistics = FeatureStatistics.of(samples, products);
        double difference = statistics.mean()[0] - reference.mean()[0];
        double ratio = Math.sqrt(reference.covariance()[0] / statistics.covariance()[0]);
        double distance = difference * difference
                + Math.pow(
                        Math.sqrt(reference.covariance()[0])
                                - Math.sqrt(statistics.covariance()[0]),
                        2);
        double[] influence = new double[samples.rows()];
        for (int i = 0; i < influence.length; i++) {
            double x = samples.get(i, 0) - statistics.mean()[0];
            influence[i] = 2 * difference * x + x * x - x * x * ratio;
        }

        FrechetBootstrap found = FrechetBootstrap.of(reference, statistics, samples, RESAMPLES, SEED, products);

        assertEquals(distance, found.distance().value(), 1e-9);
        assertMoves(influence, distance, found);
        assertTrue(found.interval().low() > 0);
    }

    /** Independent elements: each has its own ratio of deviations. */
    @Test
    void mapsEachDirectionByItself() {
        FeatureStatistics reference = new FeatureStatistics(100, new double[] {0, 1}, new double[] {4, 0, 0, 9});
        FeatureMatrix samples = new FeatureMatrix(2);
        for (int i = 0; i < 80; i++) {
            // The four corners of a rectangle have no covariance.
            samples.add(new float[] {i % 2 * 2, i / 2 % 2 * 10});
        }
        FeatureStatistics statistics = FeatureStatistics.of(samples, products);
        double[] ratio = {
            2 / Math.sqrt(statistics.covariance()[0]), 3 / Math.sqrt(statistics.covariance()[3])
        };
        double distance = 1
                + 16
                + Math.pow(2 - Math.sqrt(statistics.covariance()[0]), 2)
                + Math.pow(3 - Math.sqrt(statistics.covariance()[3]), 2);
        double[] influence = new double[80];
        for (int i = 0; i < 80; i++) {
            for (int c = 0; c < 2; c++) {
                double x = samples.get(i, c) - statistics.mean()[c];
                influence[i] += 2 * (statistics.mean()[c] - reference.mean()[c]) * x + x * x * (1 - ratio[c]);
            }
        }

        FrechetBootstrap found = FrechetBootstrap.of(reference, statistics, samples, RESAMPLES, SEED, products);

        assertEquals(distance, found.distance().value(), 1e-9);
        assertMoves(influence, distance, found);
    }

    /** Samples without spread leave only the reference's spread and the distance of the means. */
    @Test
    void takesSamplesThatDoNotVary() {
        FeatureStatistics reference = FeatureStatistics.of(Features.gaussian(50, 1, 1, 0, 1), products);
        FeatureMatrix samples = new FeatureMatrix(1);
        samples.add(new float[] {2, 2, 2, 2});

        FrechetBootstrap found = FrechetBootstrap.of(
                reference, FeatureStatistics.of(samples, products), samples, RESAMPLES, SEED, products);

        double expected = Math.pow(2 - reference.mean()[0], 2) + reference.covariance()[0];
        assertEquals(expected, found.distance().value(), 1e-9);
        assertEquals(0, found.standardError(), 1e-12);
        assertEquals(expected, found.interval().low(), 1e-9);
        assertEquals(expected, found.interval().high(), 1e-9);
    }

    @Test
    void intervalStartsAtZeroOrAbove() {
        FeatureStatistics statistics = FeatureStatistics.of(Features.gaussian(30, 1, 1, 0, 1), products);
        FeatureMatrix shifted = Features.gaussian(30, 1, 1, 0.05, 1.1);

        FrechetBootstrap found = FrechetBootstrap.of(
                statistics, FeatureStatistics.of(shifted, products), shifted, RESAMPLES, SEED, products);

        assertEquals(0, found.interval().low());
        assertTrue(found.interval().high() > 0);
    }

    @Test
    void extrapolationIsTheLineOfLeastSquares() {
        FeatureStatistics reference = FeatureStatistics.of(Features.gaussian(900, 2, 1, 0, 1), products);
        FeatureMatrix samples = Features.gaussian(200, 2, 2, 0.4, 1.5);
        int[] order = Shuffle.of(200, new SplittableRandom(SEED));
        int points = FrechetExtrapolation.POINTS;
        double[][] normal = new double[2][2];
        double[] right = new double[2];
        for (int p = 0; p < points; p++) {
            // From a tenth to all.
            int count = 20 + 180 * p / (points - 1);
            double x = 1.0 / count;
            double y = FrechetDistance.between(
                            reference,
                            FeatureStatistics.of(samples.select(Arrays.copyOf(order, count)), products),
                            products)
                    .value();
            normal[0][0] += 1;
            normal[0][1] += x;
            normal[1][1] += x * x;
            right[0] += y;
            right[1] += x * y;
        }
        double expected = (right[0] * normal[1][1] - right[1] * normal[0][1])
                / (normal[0][0] * normal[1][1] - normal[0][1] * normal[0][1]);

        FrechetExtrapolation found = FrechetExtrapolation.of(reference, samples, SEED, products, n -> {});

        assertEquals(20, found.fewest());
        assertEquals(expected, found.value(), 1e-9);
    }

    private static void assertMoves(double[] influence, double distance, FrechetBootstrap found) {
        double mean = Arrays.stream(influence).average().orElseThrow();
        SplittableRandom random = new SplittableRandom(SEED);
        double[] moves = new double[RESAMPLES];
        double square = 0;
        for (int b = 0; b < RESAMPLES; b++) {
            for (int i = 0; i < influence.length; i++) {
                moves[b] += (influence[random.nextInt(influence.length)] - mean) / influence.length;
            }
            square += moves[b] * moves[b];
        }
        Arrays.sort(moves);
        assertEquals(Math.sqrt(square / RESAMPLES), found.standardError(), 1e-9);
        // The quantiles 0.025 and 0.975 are at 0.975 and 38.025 of the 40 moves.
        assertEquals(
                distance + 0.025 * moves[0] + 0.975 * moves[1], found.interval().low(), 1e-9);
        assertEquals(
                distance + 0.975 * moves[38] + 0.025 * moves[39],
                found.interval().high(),
                1e-9);
    }
}
