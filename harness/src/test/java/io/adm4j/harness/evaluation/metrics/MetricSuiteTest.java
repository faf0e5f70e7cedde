package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.features.PredictionStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every metric is the computation of its class, with its definition, its part of the progress and its warnings. */
class MetricSuiteTest {
    private static final int COLUMNS = 4;
    private static final int K = 3;

    private static MatrixProducts products;
    private static MeasuredImages reference;
    private static MeasuredImages samples;

    @BeforeAll
    static void open() {
        products = MatrixProducts.open(1);
        reference = measured(Features.gaussian(80, COLUMNS, 1, 0, 1), Features.gaussian(80, 3, 3, 0, 1), 4);
        samples = measured(Features.gaussian(70, COLUMNS, 2, 0.3, 1.2), Features.gaussian(70, 3, 4, 0.2, 1), 5);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @Test
    void everyMetricIsComputedOnceInOrder() {
        Scores scores = compare(settings(EnumSet.allOf(Metric.class), 0, false), false, reference, samples);

        assertEquals(
                List.of(Metric.values()),
                scores.scores().stream().map(Score::metric).toList());
        assertEquals(List.of(), scores.warnings());
        assertEquals(List.of(), scores.perClass());
        assertEquals(70, scores.sampleCount());
        assertEquals(80, scores.referenceCount());
        assertEquals(COLUMNS, scores.featureCount());
        for (Metric metric : Metric.values()) {
            Scores alone = compare(settings(Set.of(metric), 0, false), false, reference, samples);
            assertEquals(List.of(scores.get(metric).orElseThrow()), alone.scores());
        }
    }

    @Test
    void inceptionScoreIsThatOfTheParts() {
        InceptionScore expected = InceptionScore.of(samples.predictions().orElseThrow());

        Score score = score(Metric.INCEPTION_SCORE, 0);

        assertEquals(4, expected.splits());
        assertEquals(expected.mean(), score.value());
        assertEquals(OptionalDouble.of(expected.standardDeviation() / 2), score.standardError());
        assertTrue(
                score.definition()
                        .startsWith(
                                "Exponential of the mean KL divergence between the network's class probabilities for an"
                                        + " image and their average, 70 samples, mean over 4 consecutive parts of 20 in the samples'"
                                        + " order, standard deviation over the parts 0.0"),
                score.definition());
    }

    @Test
    void inceptionScoreInOnePartHasNoError() {
        FeatureMatrix features = Features.gaussian(20, COLUMNS, 2, 0.3, 1.2);
        MeasuredImages few = measured(features, features, 5);

        Score score = compare(settings(Set.of(Metric.INCEPTION_SCORE), 0, false), false, reference, few)
                .get(Metric.INCEPTION_SCORE)
                .orElseThrow();

        assertTrue(score.standardError().isEmpty());
        assertTrue(score.definition().endsWith("20 samples, in one part."), score.definition());
    }

    @Test
    void fidIsTheDistanceOfTheFeatures() {
        FrechetDistance expected = FrechetDistance.between(reference.statistics(), samples.statistics(), products);

        assertEquals(
                Score.of(
                        Metric.FID,
                        expected.value(),
                        "Frechet distance between Gaussians with the means and unbiased covariances of 4 features of 70"
                                + " samples and of 80 reference images."),
                score(Metric.FID, 0));
    }

    @Test
    void fidHasAnIntervalFromResamples() {
        FrechetBootstrap expected = FrechetBootstrap.of(
                reference.statistics(), samples.statistics(), samples.features().orElseThrow(), 50, 0, products);

        Score score = score(Metric.FID, 50);

        assertEquals(expected.distance().value(), score.value());
        assertEquals(OptionalDouble.of(expected.standardError()), score.standardError());
        assertEquals(Optional.of(expected.interval()), score.interval());
        assertTrue(
                score.definition()
                        .endsWith(
                                "of 80 reference images; 95% interval from 50 bootstrap resamples of the samples (to first"
                                        + " order, seed 0), the reference held fixed."),
                score.definition());
    }

    @Test
    void sfidIsTheDistanceOfTheSpatialFeatures() {
        FrechetDistance expected = FrechetDistance.between(
                reference.spatialStatistics().orElseThrow(),
                samples.spatialStatistics().orElseThrow(),
                products);

        assertEquals(
                Score.of(
                        Metric.SFID,
                        expected.value(),
                        "Frechet distance between Gaussians with the means and unbiased covariances of 3 spatial features of"
                                + " 70 samples and of 80 reference images."),
                score(Metric.SFID, 0));
    }

    @Test
    void fidInfinityIsTheExtrapolation() {
        FrechetExtrapolation expected = FrechetExtrapolation.of(
                reference.statistics(), samples.features().orElseThrow(), 0, products, n -> {});

        assertEquals(
                Score.of(
                        Metric.FID_INFINITY,
                        expected.value(),
                        "Frechet distances on 4 features of 15 growing sets of 8 to 70 samples (shuffled with seed 0) from the"
                                + " Gaussian of 80 reference images, extrapolated by a line over 1/N to infinitely many"
                                + " samples."),
                score(Metric.FID_INFINITY, 0));
    }

    @Test
    void kidIsTheKernelDistance() {
        KernelDistance expected = KernelDistance.between(
                reference.features().orElseThrow(), samples.features().orElseThrow(), 0, products, n -> {});

        assertEquals(
                new Score(
                        Metric.KID,
                        expected.value(),
                        OptionalDouble.of(expected.standardError()),
                        Optional.empty(),
                        "Unbiased squared maximum mean discrepancy with the kernel (x.y / D + 1)^3 on 4 features, 70 samples"
                                + " and 80 reference images, taken whole."),
                score(Metric.KID, 0));
    }

    @Test
    void kidOfManyImagesIsTheMeanOverSubsets() {
        MeasuredImages many = measured(Features.gaussian(1010, COLUMNS, 5, 0, 1), null, 4);

        Score score = compare(settings(Set.of(Metric.KID), 0, false), false, many, many)
                .get(Metric.KID)
                .orElseThrow();

        assertEquals(
                "Unbiased squared maximum mean discrepancy with the kernel (x.y / D + 1)^3 on 4 features, mean over 100 random"
                        + " subsets (seed 0) of 1000 out of 1010 samples and 1000 out of 1010 reference images, with the"
                        + " standard error of this mean.",
                score.definition());
    }

    @Test
    void neighborhoodsAreThoseOfTheFeatures() {
        NeighborhoodScores expected = NeighborhoodScores.between(
                reference.features().orElseThrow(), samples.features().orElseThrow(), K, products, n -> {});
        String reach = " reaching to the k-th nearest neighbor, k = 3, on 4 features.";

        assertEquals(
                Score.of(
                        Metric.PRECISION,
                        expected.precision(),
                        "Share of 70 samples within a ball around any of 80 reference images" + reach),
                score(Metric.PRECISION, 0));
        assertEquals(
                Score.of(
                        Metric.RECALL,
                        expected.recall(),
                        "Share of 80 reference images within a ball around any of 70 samples" + reach),
                score(Metric.RECALL, 0));
        assertEquals(
                Score.of(
                        Metric.DENSITY,
                        expected.density(),
                        "Number of balls around 80 reference images that contain a sample, mean over 70 samples, divided by"
                                + " k, the balls" + reach),
                score(Metric.DENSITY, 0));
        assertEquals(
                Score.of(
                        Metric.COVERAGE,
                        expected.coverage(),
                        "Share of the balls around 80 reference images that hold any of 70 samples, the balls" + reach),
                score(Metric.COVERAGE, 0));
    }

    @Test
    void precisionAndRecallAreRoundedAsPublished() {
        PublishedPrecisionRecall expected = PublishedPrecisionRecall.between(
                        reference.features().orElseThrow(), samples.features().orElseThrow(), K, products, n -> {})
                .orElseThrow();

        Scores scores = compare(settings(EnumSet.allOf(Metric.class), 0, false), true, reference, samples);

        assertEquals(expected.precision(), scores.value(Metric.PRECISION));
        assertEquals(expected.recall(), scores.value(Metric.RECALL));
        assertTrue(scores.get(Metric.PRECISION)
                .orElseThrow()
                .definition()
                .endsWith(" on 4 features, squared distances in float16 as in the published evaluator."));
        assertEquals(score(Metric.DENSITY, 0), scores.get(Metric.DENSITY).orElseThrow());
    }

    @Test
    void progressReachesTheEstimate() {
        for (boolean asPublished : new boolean[] {false, true}) {
            for (Metric metric : Metric.values()) {
                compare(settings(Set.of(metric), 0, false), asPublished, reference, samples);
            }
            compare(settings(EnumSet.allOf(Metric.class), 10, true), asPublished, reference, samples);
            compare(settings(Metric.PUBLISHED, 0, true), asPublished, reference, samples);
        }
        EvaluatorSettings fid = settings(Set.of(Metric.FID), 0, false);
        assertEquals(10 * COLUMNS * COLUMNS, suite(fid, false).work(reference, samples));
        EvaluatorSettings sfid = settings(Set.of(Metric.SFID), 0, false);
        assertEquals(10 * 3 * 3, suite(sfid, false).work(reference, samples));
        EvaluatorSettings precision = settings(Set.of(Metric.PRECISION), 0, false);
        assertEquals(80 * 70 + 80 * 80 + 70 * 70, suite(precision, false).work(reference, samples));
        EvaluatorSettings inception = settings(Set.of(Metric.INCEPTION_SCORE), 0, false);
        assertEquals(0, suite(inception, false).work(reference, samples));
    }

    @Test
    void whatTheSetsDoNotAllowIsLeftOutWithTheReason() {
        MeasuredImages statistics = MeasuredImages.ofStatistics(reference.statistics(), Optional.empty());
        MeasuredImages few = measured(Features.gaussian(59, COLUMNS, 2, 0, 1), Features.gaussian(59, 3, 2, 0, 1), 5);
        EvaluatorSettings all = settings(EnumSet.allOf(Metric.class), 0, false);

        Scores scores = compare(all, false, statistics, few);

        assertEquals(
                List.of(
                        "sFID was left out: the reference holds no statistics of spatial features (mu_s, sigma_s) and no"
                                + " images.",
                        "FID\u221e was left out: it takes at least 60 samples.",
                        "KID, Precision, Recall, Density, Coverage were left out: the reference holds statistics only, no"
                                + " images."),
                scores.warnings());
        assertEquals(
                List.of(Metric.INCEPTION_SCORE, Metric.FID),
                scores.scores().stream().map(Score::metric).toList());
        assertEquals(
                List.of("sFID was left out: the feature network gives no spatial features."),
                compare(
                                settings(Set.of(Metric.SFID), 0, false),
                                false,
                                reference,
                                measured(Features.gaussian(60, COLUMNS, 2, 0, 1), null, 5))
                        .warnings());
        assertEquals(
                List.of("Inception Score was left out: of the samples only statistics are known."),
                compare(settings(Set.of(Metric.INCEPTION_SCORE), 0, false), false, reference, statistics)
                        .warnings());
    }

    @Test
    void statisticsWithoutACountAreThoseOfADataSet() {
        MeasuredImages statistics = MeasuredImages.ofStatistics(
                new FeatureStatistics(
                        FeatureStatistics.UNKNOWN,
                        reference.statistics().mean(),
                        reference.statistics().covariance()),
                Optional.empty());
        MeasuredImages few = measured(Features.gaussian(4, COLUMNS, 2, 0, 1), null, 5);

        Scores scores = compare(settings(Set.of(Metric.FID), 0, false), false, statistics, few);

        assertTrue(scores.scores()
                .get(0)
                .definition()
                .endsWith("of 4 samples and of the data set whose statistics the reference holds."));
        assertEquals(
                List.of(
                        "FID from 4 images on 4 features: the covariance lacks rank, so the value is far too large to compare"
                                + " with others; take more images than features."),
                scores.warnings());
    }

    @Test
    void tooFewImagesForTheFeaturesAreWarnedOf() {
        FeatureMatrix wide = Features.gaussian(60, 40, 2, 0, 1);
        MeasuredImages many = measured(wide, null, 5);
        MeasuredImages few = measured(Features.gaussian(30, 40, 3, 0, 1), null, 5);

        assertEquals(
                List.of(
                        "FID\u221e from 30 samples up on 40 features: covariances that lack rank are not on its line; take more"
                                + " than 80 samples."),
                compare(settings(Set.of(Metric.FID_INFINITY), 0, false), false, many, many)
                        .warnings());
        MeasuredImages twice = measured(Features.gaussian(80, 40, 2, 0, 1), null, 5);
        assertEquals(
                List.of(
                        "FID\u221e from 40 samples up on 40 features: covariances that lack rank are not on its line; take more"
                                + " than 80 samples."),
                compare(settings(Set.of(Metric.FID_INFINITY), 0, false), false, twice, twice)
                        .warnings());
        assertEquals(
                List.of(
                        "sFID from 60 images on 70 features: the covariance lacks rank, so the value is far too large to"
                                + " compare with others; take more images than features."),
                compare(
                                settings(Set.of(Metric.SFID), 0, false),
                                false,
                                measured(wide, Features.gaussian(60, 70, 2, 0, 1), 5),
                                measured(wide, Features.gaussian(60, 70, 3, 0, 1), 5))
                        .warnings());
        assertEquals(
                List.of(
                        "FID from 30 images on 40 features: the covariance lacks rank, so the value is far too large to compare"
                                + " with others; take more images than features."),
                compare(settings(Set.of(Metric.FID), 0, false), false, few, many)
                        .warnings());
        assertEquals(
                List.of(),
                compare(settings(Set.of(Metric.FID), 0, false), false, many, many)
                        .warnings());
    }

    @Test
    void eachClassIsComparedWithItself() {
        Scores scores = compare(settings(EnumSet.allOf(Metric.class), 0, true), false, reference, samples);

        // Samples have labels 0 to 4, the reference 0 to 3.
        assertEquals(
                List.of(0, 1, 2, 3),
                scores.perClass().stream().map(ClassScores::label).toList());
        assertEquals(
                List.of("1 of the samples' 5 classes was left out: scores per class take more than 3 images of it among"
                        + " samples and reference."),
                scores.warnings());
        ClassScores second = scores.perClass().get(1);
        assertEquals(14, second.sampleCount());
        assertEquals(20, second.referenceCount());
        FeatureMatrix a = reference
                .features()
                .orElseThrow()
                .select(IntStream.range(0, 20).map(i -> 4 * i + 1).toArray());
        FeatureMatrix b = samples.features()
                .orElseThrow()
                .select(IntStream.range(0, 14).map(i -> 5 * i + 1).toArray());
        NeighborhoodScores near = NeighborhoodScores.between(a, b, K, products, n -> {});
        double fid = FrechetDistance.between(
                        FeatureStatistics.of(a, products), FeatureStatistics.of(b, products), products)
                .value();
        assertEquals(
                List.of(Metric.FID, Metric.KID, Metric.PRECISION, Metric.RECALL, Metric.DENSITY, Metric.COVERAGE),
                second.scores().stream().map(Score::metric).toList());
        assertEquals(
                Score.of(
                        Metric.FID,
                        fid,
                        "Frechet distance between Gaussians with the means and unbiased covariances of 14 samples and 20"
                                + " reference images on 4 features, class 1."),
                second.scores().get(0));
        assertEquals(
                KernelDistance.between(a, b, 0, products, n -> {}).value(),
                second.scores().get(1).value());
        assertEquals(near.precision(), second.scores().get(2).value());
        assertEquals(near.coverage(), second.scores().get(5).value());
        assertEquals(
                "Share of 14 samples within a ball around any of 20 reference images reaching to the k-th nearest neighbor,"
                        + " k = 3, on 4 features, class 1.",
                second.scores().get(2).definition());
    }

    @Test
    void smallClassesAreScoredWithAWarning() {
        MeasuredImages many = measured(Features.gaussian(40, 8, 2, 0, 1), null, 5);

        Scores scores = compare(settings(Set.of(Metric.FID), 0, true), false, many, many);

        assertEquals(5, scores.perClass().size());
        assertEquals(0, scores.perClass().get(0).scores().get(0).value(), 1e-6);
        assertEquals(
                List.of(
                        "FID of 5 of 5 classes is from no more images than the 8 features: those covariances lack rank, so"
                                + " these values are far too large and compare only with others of the same counts."),
                scores.warnings());
        assertEquals(
                List.of(),
                compare(settings(Set.of(Metric.KID), 0, true), false, many, many)
                        .warnings());
    }

    @Test
    void classesTakeMoreImagesThanNeighbors() {
        MeasuredImages four = measured(Features.gaussian(20, COLUMNS, 2, 0, 1), null, 5);
        MeasuredImages three = measured(Features.gaussian(15, COLUMNS, 2, 0, 1), null, 5);
        EvaluatorSettings settings = settings(Set.of(Metric.PRECISION), 0, true);

        assertEquals(5, compare(settings, false, four, four).perClass().size());
        assertEquals(0, compare(settings, false, four, three).perClass().size());
    }

    @Test
    void classesNeedLabelsOnBothSides() {
        MeasuredImages plain = measured(Features.gaussian(40, COLUMNS, 2, 0, 1), null, 0);
        EvaluatorSettings settings = settings(Set.of(Metric.FID), 0, true);

        assertEquals(
                List.of("Scores per class were left out: the samples have no labels."),
                compare(settings, false, reference, plain).warnings());
        assertEquals(
                List.of("Scores per class were left out: the reference has no labeled images."),
                compare(settings, false, plain, samples).warnings());
    }

    private static Score score(Metric metric, int resamples) {
        return compare(settings(Set.of(metric), resamples, false), false, reference, samples)
                .get(metric)
                .orElseThrow();
    }

    /** The scores; holds the progress to its estimate. */
    private static Scores compare(
            EvaluatorSettings settings, boolean asPublished, MeasuredImages reference, MeasuredImages samples) {
        AtomicLong done = new AtomicLong();
        MetricSuite suite = suite(settings, asPublished);
        Scores scores = suite.compare(reference, samples, done::addAndGet);
        assertEquals(suite.work(reference, samples), done.get());
        return scores;
    }

    private static MetricSuite suite(EvaluatorSettings settings, boolean asPublished) {
        return new MetricSuite(settings, products, asPublished);
    }

    private static EvaluatorSettings settings(Set<Metric> metrics, int resamples, boolean perClass) {
        return new EvaluatorSettings(K, 20, 64, metrics, resamples, perClass);
    }

    /**
     * @param spatial features, or null
     * @param classes of the labels, which follow each other; 0 for none
     */
    private static MeasuredImages measured(FeatureMatrix features, FeatureMatrix spatial, int classes) {
        PredictionStatistics.Accumulator predictions = new PredictionStatistics.Accumulator(2, 20);
        for (int i = 0; i < features.rows(); i++) {
            float p = 0.5f + (i * 7 % 10) / 25f * (1 + i / 20) / 4;
            predictions.add(new float[] {p, 1 - p});
        }
        return new MeasuredImages(
                features.rows(),
                Optional.of(features),
                FeatureStatistics.of(features, products),
                Optional.ofNullable(spatial).map(s -> FeatureStatistics.of(s, products)),
                Optional.of(predictions.finish()),
                classes == 0
                        ? Optional.empty()
                        : Optional.of(IntStream.range(0, features.rows())
                                .map(i -> i % classes)
                                .toArray()));
    }
}
