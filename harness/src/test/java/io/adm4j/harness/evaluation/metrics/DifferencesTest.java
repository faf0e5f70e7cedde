package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.features.PredictionStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Scores;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Differences between the scores of two sets, and the influences of images that their intervals come from. */
class DifferencesTest {
    private static final int RESAMPLES = 100;
    private static final double STEP = 1e-3;

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
    void aSetDoesNotDifferFromItself() {
        MeasuredImages samples = measured(Features.gaussian(90, 2, 2, 0.2, 1));

        List<Difference> found = differences(EnumSet.allOf(Metric.class), RESAMPLES, samples, samples);

        assertEquals(EnumSet.complementOf(EnumSet.of(Metric.SFID)).size(), found.size());
        for (Difference difference : found) {
            assertEquals(0, difference.value());
            assertEquals(0, difference.standardError().orElseThrow(), difference.metric() + "");
            assertFalse(difference.significant());
        }
    }

    @Test
    void aSetThatIsFarAwayIsWorse() {
        MeasuredImages near = measured(Features.gaussian(90, 2, 2, 0, 1));
        MeasuredImages far = measured(Features.gaussian(90, 2, 3, 2, 1));

        for (Difference difference : differences(
                EnumSet.of(Metric.FID, Metric.KID, Metric.PRECISION, Metric.COVERAGE), RESAMPLES, near, far)) {
            assertTrue(difference.significantlyWorse(), difference.metric() + "");
            assertFalse(difference.better());
        }
        for (Difference difference : differences(Set.of(Metric.FID, Metric.COVERAGE), RESAMPLES, far, near)) {
            assertTrue(difference.significant() && difference.better(), difference.metric() + "");
        }
    }

    @Test
    void differencesOfSfidAreThoseOfFidOnSpatialFeatures() {
        FeatureMatrix[] pooled = {Features.gaussian(90, 2, 2, 0, 1), Features.gaussian(90, 2, 3, 0, 1)};
        FeatureMatrix[] spatial = {Features.gaussian(90, 2, 4, 0, 1), Features.gaussian(90, 2, 5, 0.3, 1.2)};
        Difference expected = differences(Set.of(Metric.FID), RESAMPLES, measured(spatial[0]), measured(spatial[1]))
                .get(0);

        List<Difference> found = differences(
                EnumSet.of(Metric.FID, Metric.SFID),
                RESAMPLES,
                withSpatial(pooled[0], spatial[0], true),
                withSpatial(pooled[1], spatial[1], true));

        assertEquals(2, found.size());
        assertEquals(expected.interval(), found.get(1).interval());
        assertNotEquals(expected.interval(), found.get(0).interval());
        assertEquals(
                Optional.empty(),
                differences(
                                Set.of(Metric.SFID),
                                RESAMPLES,
                                withSpatial(pooled[0], spatial[0], false),
                                withSpatial(pooled[1], spatial[1], true))
                        .get(0)
                        .interval(),
                "only statistics are known of the first");
    }

    private static MeasuredImages withSpatial(FeatureMatrix pooled, FeatureMatrix spatial, boolean ofEach) {
        MeasuredImages measured = measured(pooled);
        return new MeasuredImages(
                measured.count(),
                measured.features(),
                ofEach ? Optional.of(spatial) : Optional.empty(),
                measured.statistics(),
                Optional.of(FeatureStatistics.of(spatial, products)),
                measured.predictions(),
                measured.labels());
    }

    @Test
    void chanceIsUnknownWithoutResamplesOrAsManySamples() {
        MeasuredImages samples = measured(Features.gaussian(90, 2, 2, 0, 1));
        MeasuredImages fewer = measured(Features.gaussian(80, 2, 3, 1, 1));
        MeasuredImages statistics = MeasuredImages.ofStatistics(fewer.statistics(), Optional.empty());

        for (List<Difference> found : List.of(
                differences(Set.of(Metric.FID), 0, samples, samples),
                differences(Set.of(Metric.FID), RESAMPLES, samples, fewer),
                differences(Set.of(Metric.FID), RESAMPLES, samples, statistics))) {
            assertEquals(1, found.size());
            assertTrue(found.get(0).interval().isEmpty());
            assertFalse(found.get(0).significant());
        }
    }

    /** The derivative of the score in an image's weight, by adding it again and again. */
    @Test
    void influenceOnInceptionScoreIsItsDerivative() {
        float[][] images = {{0.7f, 0.2f, 0.1f}, {0.1f, 0.8f, 0.1f}, {0.3f, 0.3f, 0.4f}, {0, 0.5f, 0.5f}};
        double[] influence = InceptionScore.influence(predictions(images, images.length));

        for (int i = 0; i < images.length; i++) {
            double expected = (score(images, i, STEP) - score(images, i, 0)) / STEP;
            assertEquals(expected, influence[i], 2e-3, i + "");
        }
    }

    private static double score(float[][] images, int heavy, double weight) {
        double[] weights = new double[images.length];
        Arrays.fill(weights, (1 - weight) / images.length);
        weights[heavy] += weight;
        double divergence = 0;
        for (int c = 0; c < images[0].length; c++) {
            double marginal = 0;
            for (int i = 0; i < images.length; i++) {
                double p = images[i][c];
                marginal += weights[i] * p;
                divergence += p > 0 ? weights[i] * p * Math.log(p) : 0;
            }
            divergence -= marginal * Math.log(marginal);
        }
        return Math.exp(divergence);
    }

    @Test
    void influencesOnPartsOfTheInceptionScoreWeighByPart() {
        float[][] images = {{0.7f, 0.3f}, {0.1f, 0.9f}, {0.6f, 0.4f}};
        double[] influence = InceptionScore.influence(predictions(images, 2));

        double[] part = InceptionScore.influence(predictions(Arrays.copyOf(images, 2), 2));
        // Half of the score is of two images of the three, the other half of one, which cannot diverge from itself.
        assertArrayEquals(new double[] {part[0] * 3 / 4, part[1] * 3 / 4, 0}, influence, 1e-9);
    }

    @Test
    void influenceOnKidIsItsDerivative() {
        FeatureMatrix reference = Features.gaussian(40, 2, 1, 0, 1);
        FeatureMatrix samples = Features.gaussian(30, 2, 2, 0.5, 1);
        KernelDistance.Influence influence = KernelDistance.Influence.of(reference, samples, 0, products, pairs -> {});

        // The discrepancy without an image is less by its part of the mean, to first order.
        double all = KernelDistance.between(reference, samples, 0, products, pairs -> {})
                .value();
        double[] without = new double[30];
        double mean = 0;
        for (int i = 0; i < 30; i++) {
            int left = i;
            without[i] = KernelDistance.between(
                            reference,
                            samples.select(IntStream.range(0, 30)
                                    .filter(n -> n != left)
                                    .toArray()),
                            0,
                            products,
                            pairs -> {})
                    .value();
            mean += without[i] / 30;
        }
        assertEquals(all, mean, 1e-9);
        double[] expected = new double[30];
        for (int i = 0; i < 30; i++) {
            expected[i] = (mean - without[i]) * 28;
        }
        double[] found = influence.ofSamples().clone();
        Arrays.sort(expected);
        Arrays.sort(found);
        // Without second-order terms, whose share falls with the number.
        for (int i = 0; i < 30; i++) {
            assertEquals(expected[i], found[i], 0.12 * Math.max(Math.abs(found[0]), found[29]), i + "");
        }
    }

    @Test
    void spreadOfAMeanIsThatOfItsResamples() {
        double[] influence = PairedBootstrap.centered(new double[] {1, 4, 2, 8, 5, 7, 1, 3});
        double square = Arrays.stream(influence).map(v -> v * v).sum();

        Spread spread = Spread.of(influence, 20_000, 3);

        assertEquals(Math.sqrt(square / 64), spread.standardError(), 0.02);
        assertTrue(spread.low() < -1.5 * spread.standardError() && spread.high() > 1.5 * spread.standardError());
        assertEquals(Math.hypot(spread.standardError(), 2), spread.with(2).standardError(), 1e-12);
        assertEquals(2 * spread.low(), spread.times(2).low());
    }

    /** Sums of independent values over halves, quarters and eighths have variances that fall with their number. */
    @Test
    void partsTellTheSpreadOfAMean() {
        double[] values = new double[400];
        Random random = new Random(5);
        Arrays.setAll(values, i -> random.nextGaussian());
        PartSpread.Value mean = (part, parts) -> {
            double[] sums = new double[parts];
            for (int i = 0; i < values.length; i++) {
                sums[part[i]] += values[i] * parts / values.length;
            }
            return sums;
        };

        assertEquals(0.05, PartSpread.of(mean, values.length, 1).standardError(), 0.01);
        assertEquals(
                0, PartSpread.of((part, parts) -> new double[parts], 400, 1).standardError());
    }

    private static List<Difference> differences(
            Set<Metric> metrics, int resamples, MeasuredImages first, MeasuredImages second) {
        FeatureMatrix real = Features.gaussian(100, 2, 1, 0, 1);
        MeasuredImages reference = withSpatial(real, real, false);
        MetricSuite suite =
                new MetricSuite(new EvaluatorSettings(3, 50, 64, metrics, resamples, false), products, false);
        Scores scores = suite.compare(reference, first, n -> {});
        Scores others = suite.compare(reference, second, n -> {});
        AtomicLong done = new AtomicLong();
        ScoreDifferences differences = suite.differences(reference, first, scores);
        List<Difference> found = differences.of(second, others, done::addAndGet);
        assertEquals(differences.work(second), done.get());
        assertEquals(found, differences.of(second, others, n -> {}), "what is kept of the first set is not used up");
        return found;
    }

    private static PredictionStatistics predictions(float[][] images, int part) {
        PredictionStatistics.Accumulator accumulator = new PredictionStatistics.Accumulator(images[0].length, part);
        Arrays.stream(images).forEach(accumulator::add);
        return accumulator.finish();
    }

    private static MeasuredImages measured(FeatureMatrix features) {
        float[][] images = new float[features.rows()][];
        Arrays.setAll(images, i -> {
            float p = (float) (1 / (1 + Math.exp(features.get(i, 0))));
            return new float[] {p, 1 - p};
        });
        return new MeasuredImages(
                features.rows(),
                Optional.of(features),
                FeatureStatistics.of(features, products),
                Optional.empty(),
                Optional.of(predictions(images, 50)),
                Optional.empty());
    }
}
