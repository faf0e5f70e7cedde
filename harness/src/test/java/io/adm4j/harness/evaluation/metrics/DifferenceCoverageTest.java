package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.features.PredictionStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Scores;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How often the intervals of differences hold the true difference, by simulation: two Gaussian models of known moments are
 * sampled again and again, with a part of their noise in common as samples of the same seeds have, and compared with one
 * reference. {@code -Dadm4j.trials=N} simulates all metrics and prints a table.
 */
class DifferenceCoverageTest {
    private static final int COLUMNS = 3;
    private static final int CLASSES = 5;
    private static final int PART = 100;
    private static final double[] MEAN = {0.3, 0.39};
    private static final double[] DEVIATION = {0.9, 0.8};

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
    @CsvSource({"FID, 0", "FID, 0.9", "SFID, 0", "SFID, 0.9"})
    void intervalsOfFrechetDistancesHoldTheTrueDifferenceAsOftenAsTheySay(Metric metric, double shared) {
        int samples = 300;
        FeatureStatistics reference = reference(samples).statistics();
        double truth = distance(reference, 1) - distance(reference, 0);

        List<Difference> found = simulate(Set.of(metric), samples, shared, 800).get(metric);

        assertEquals(0.95, held(found, truth), 0.02);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.9})
    void intervalsOfSharesAreAsWideAsTheDifferencesAreScattered(double shared) {
        simulate(EnumSet.of(Metric.PRECISION, Metric.RECALL, Metric.COVERAGE), 150, shared, 40)
                .forEach((metric, found) ->
                        assertEquals(1, error(found) / deviation(found), 0.4, metric + " " + error(found)));
    }

    @Test
    @EnabledIfSystemProperty(named = "adm4j.trials", matches = "[0-9]+")
    void table() {
        int trials = Integer.getInteger("adm4j.trials");
        for (double shared : new double[] {0, 0.9}) {
            simulate(EnumSet.allOf(Metric.class), 300, shared, trials)
                    .forEach((metric, found) -> System.out.printf(
                            "%.1f %-16s %9.5f deviation %8.5f standard error %8.5f held %.3f%n",
                            shared, metric, mean(found), deviation(found), error(found), held(found, mean(found))));
        }
    }

    private static Map<Metric, List<Difference>> simulate(Set<Metric> metrics, int samples, double shared, int trials) {
        MeasuredImages reference = reference(samples);
        MetricSuite suite = new MetricSuite(new EvaluatorSettings(3, PART, 64, metrics, 200, false), products, false);
        Random random = new Random(11);
        Map<Metric, List<Difference>> found = new EnumMap<>(Metric.class);
        for (int t = 0; t < trials; t++) {
            FeatureMatrix first = new FeatureMatrix(COLUMNS);
            FeatureMatrix second = new FeatureMatrix(COLUMNS);
            sample(first, second, samples, shared, random);
            MeasuredImages one = measured(first);
            MeasuredImages other = measured(second);
            Scores scores = suite.compare(reference, one, n -> {});
            Scores otherScores = suite.compare(reference, other, n -> {});
            for (Difference difference :
                    suite.differences(reference, one, scores).of(other, otherScores, n -> {})) {
                found.computeIfAbsent(difference.metric(), m -> new ArrayList<>())
                        .add(difference);
            }
        }
        return found;
    }

    private static void sample(FeatureMatrix first, FeatureMatrix second, int samples, double shared, Random random) {
        float[][] rows = new float[2][COLUMNS];
        for (int i = 0; i < samples; i++) {
            for (int c = 0; c < COLUMNS; c++) {
                double seed = shared * random.nextGaussian();
                for (int m = 0; m < 2; m++) {
                    double noise = seed + Math.sqrt(1 - shared * shared) * random.nextGaussian();
                    rows[m][c] = (float) (scale(c) * (MEAN[m] + DEVIATION[m] * noise));
                }
            }
            first.add(rows[0]);
            second.add(rows[1]);
        }
    }

    private static double scale(int column) {
        return 1 + column / (double) COLUMNS;
    }

    /** Of a model's own Gaussian. */
    private static double distance(FeatureStatistics reference, int model) {
        double[] mean = new double[COLUMNS];
        double[] covariance = new double[COLUMNS * COLUMNS];
        for (int c = 0; c < COLUMNS; c++) {
            mean[c] = scale(c) * MEAN[model];
            covariance[c * COLUMNS + c] = Math.pow(scale(c) * DEVIATION[model], 2);
        }
        return FrechetDistance.between(
                        reference, new FeatureStatistics(FeatureStatistics.UNKNOWN, mean, covariance), products)
                .value();
    }

    private static MeasuredImages reference(int images) {
        return measured(Features.gaussian(images, COLUMNS, 1, 0, 1));
    }

    /** Spatial features are the same as those of the images as a whole. */
    private static MeasuredImages measured(FeatureMatrix features) {
        PredictionStatistics.Accumulator predictions =
                new PredictionStatistics.Accumulator(CLASSES, PART, features.rows());
        float[] distribution = new float[CLASSES];
        for (int i = 0; i < features.rows(); i++) {
            double sum = 0;
            for (int c = 0; c < CLASSES; c++) {
                distribution[c] = (float) Math.exp(2 * Math.cos(c + features.get(i, c % COLUMNS)));
                sum += distribution[c];
            }
            for (int c = 0; c < CLASSES; c++) {
                distribution[c] /= (float) sum;
            }
            predictions.add(distribution);
        }
        FeatureStatistics statistics = FeatureStatistics.of(features, products);
        return new MeasuredImages(
                features.rows(),
                Optional.of(features),
                Optional.of(features),
                statistics,
                Optional.of(statistics),
                Optional.of(predictions.finish()),
                Optional.empty());
    }

    private static double held(List<Difference> differences, double truth) {
        return differences.stream()
                .map(d -> d.interval().orElseThrow())
                .mapToInt(i -> holds(i, truth) ? 1 : 0)
                .average()
                .orElseThrow();
    }

    private static boolean holds(Interval interval, double value) {
        return interval.low() <= value && value <= interval.high();
    }

    private static double mean(List<Difference> differences) {
        return differences.stream().mapToDouble(Difference::value).average().orElseThrow();
    }

    private static double deviation(List<Difference> differences) {
        double mean = mean(differences);
        return Math.sqrt(differences.stream()
                        .mapToDouble(d -> (d.value() - mean) * (d.value() - mean))
                        .sum()
                / (differences.size() - 1));
    }

    private static double error(List<Difference> differences) {
        return differences.stream()
                .mapToDouble(d -> d.standardError().orElseThrow())
                .average()
                .orElseThrow();
    }
}
