package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * All metrics asked for, of one set of samples against one reference and, if asked for, of each class. A new metric is a
 * constant of {@link Metric}, a {@link MetricScorer} and its line in the constructor.
 */
public final class MetricSuite {
    /** Of subsets, shuffles and resamples: scores repeat from run to run. */
    private static final long SEED = 0;

    private final EvaluatorSettings settings;
    /** Those that give a metric asked for, in the order of {@link Metric}. */
    private final List<MetricScorer> scorers;

    private final ClassMetricSuite classes;

    /** @param asPublished whether the features are those on which the published evaluator takes precision and recall */
    public MetricSuite(EvaluatorSettings settings, MatrixProducts products, boolean asPublished) {
        boolean withDensity = settings.asksFor(Metric.DENSITY) || settings.asksFor(Metric.COVERAGE);
        this.settings = settings;
        this.scorers = List.of(
                        new InceptionScoreMetric(settings.inceptionSplit()),
                        new FidMetric(settings.bootstrap(), SEED, products),
                        new SfidMetric(asPublished, products),
                        new FidInfinityMetric(SEED, products),
                        new KidMetric(SEED, products),
                        new PrecisionRecallMetric(settings.k(), asPublished, withDensity, products),
                        new DensityCoverageMetric(settings.k(), products))
                .stream()
                .filter(scorer -> !asked(scorer).isEmpty())
                .toList();
        this.classes = new ClassMetricSuite(settings, scorers);
    }

    /** How much {@link #compare} reports as done in all, in inner products of feature vectors. */
    public long work(MeasuredImages reference, MeasuredImages samples) {
        ComparedSets sets = ComparedSets.whole(reference, samples);
        long work = 0;
        for (MetricScorer scorer : scorers) {
            work += scorer.obstacle(sets).isEmpty() ? scorer.work(sets) : 0;
        }
        return work + (settings.perClass() ? classes.work(reference, samples) : 0);
    }

    /**
     * The scores; what the sets do not allow is left out with a warning.
     *
     * @param done receives the work done since the last call, {@link #work} in all
     */
    public Scores compare(MeasuredImages reference, MeasuredImages samples, LongConsumer done) {
        ComparedSets sets = ComparedSets.whole(reference, samples);
        List<Score> scores = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        Map<String, Set<Metric>> leftOut = new LinkedHashMap<>();
        for (MetricScorer scorer : scorers) {
            Optional<String> obstacle = scorer.obstacle(sets);
            if (obstacle.isPresent()) {
                leftOut.computeIfAbsent(obstacle.get(), why -> EnumSet.noneOf(Metric.class))
                        .addAll(asked(scorer));
            } else {
                scores.addAll(asked(settings, scorer.score(sets, done)));
                warnings.addAll(scorer.warnings(sets));
            }
        }
        leftOut.forEach((why, metrics) -> warnings.add(leftOut(metrics, why)));
        equalFeatures("samples", samples.statistics()).ifPresent(warnings::add);
        equalFeatures("reference images", reference.statistics()).ifPresent(warnings::add);
        List<ClassScores> perClass = List.of();
        if (settings.perClass()) {
            perClass = classes.compare(reference, samples, done);
            warnings.addAll(classes.warnings(reference, samples));
        }
        return new Scores(scores, perClass, warnings, samples.count(), reference.count(), sets.dimension());
    }

    /** Compares sets of samples with a first one, against the same reference. */
    public ScoreDifferences differences(MeasuredImages reference, MeasuredImages first, Scores firstScores) {
        return new ScoreDifferences(
                settings.bootstrap() > 0 ? scorers : List.of(),
                new PairedBootstrap(settings.bootstrap(), SEED),
                reference,
                first,
                firstScores);
    }

    private static Optional<String> equalFeatures(String which, FeatureStatistics statistics) {
        return statistics.areOfOnePoint()
                ? Optional.of(
                        "All " + which + " have the same features, as equal images have, or the feature network gives"
                                + " nothing else: no score means much then.")
                : Optional.empty();
    }

    private Set<Metric> asked(MetricScorer scorer) {
        Set<Metric> metrics = EnumSet.copyOf(scorer.metrics());
        metrics.retainAll(settings.metrics());
        return metrics;
    }

    /** Of the scores that one computation gives, those asked for. */
    static List<Score> asked(EvaluatorSettings settings, List<Score> scores) {
        return scores.stream().filter(s -> settings.asksFor(s.metric())).toList();
    }

    private static String leftOut(Set<Metric> metrics, String why) {
        return metrics.stream().map(Metric::title).collect(Collectors.joining(", "))
                + (metrics.size() == 1 ? " was" : " were") + " left out: " + why + ".";
    }

    /** The {@link MetricScorer#obstacle} of metrics that compare images with images. */
    static Optional<String> withoutImages(ComparedSets sets) {
        return sets.haveReferenceFeatures()
                ? withoutSamples(sets)
                : Optional.of("the reference holds statistics only, no images");
    }

    /** The {@link MetricScorer#obstacle} of metrics that take the samples one by one. */
    static Optional<String> withoutSamples(ComparedSets sets) {
        return sets.samples().features().isPresent()
                ? Optional.empty()
                : Optional.of("of the samples only statistics are known");
    }
}
