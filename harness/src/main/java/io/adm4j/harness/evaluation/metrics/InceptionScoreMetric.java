package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.PredictionStatistics;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** {@link InceptionScore} of the samples; the reference has no part in it. */
final class InceptionScoreMetric implements MetricScorer {
    /** Of the score in random order; below it the order is warned of. */
    private static final double LEAST_SHARE = 0.98;

    private final int partSize;

    /** @param partSize images in a part, as the samples were measured */
    InceptionScoreMetric(int partSize) {
        this.partSize = partSize;
    }

    @Override
    public Set<Metric> metrics() {
        return EnumSet.of(Metric.INCEPTION_SCORE);
    }

    @Override
    public boolean scoresClasses() {
        return false;
    }

    @Override
    public Optional<String> obstacle(ComparedSets sets) {
        return sets.samples().predictions().isPresent()
                ? Optional.empty()
                : MetricSuite.withoutSamples(sets)
                        .or(() -> Optional.of("the feature network gives no class probabilities"));
    }

    /** Nearly none: the parts are known from measuring. */
    @Override
    public long work(ComparedSets sets) {
        return 0;
    }

    @Override
    public List<Score> score(ComparedSets sets, LongConsumer done) {
        InceptionScore found = InceptionScore.of(sets.samples().predictions().orElseThrow());
        return List.of(new Score(
                Metric.INCEPTION_SCORE,
                found.mean(),
                found.splits() == 1
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(found.standardDeviation() / Math.sqrt(found.splits())),
                Optional.empty(),
                definition(found, sets.sampleCount())));
    }

    @Override
    public Map<Metric, Spread> differences(
            ComparedSets first, ComparedSets second, PairedBootstrap bootstrap, LongConsumer done) {
        return Map.of(Metric.INCEPTION_SCORE, bootstrap.of(influence(first), influence(second)));
    }

    private static double[] influence(ComparedSets sets) {
        return InceptionScore.influence(sets.samples().predictions().orElseThrow());
    }

    private String definition(InceptionScore found, int samples) {
        String parts = found.splits() == 1
                ? "in one part"
                : "mean over " + found.splits() + " consecutive parts of " + partSize
                        + " in the samples' order, standard deviation over the parts "
                        + String.format(Locale.ROOT, "%.4g", found.standardDeviation());
        return "Exponential of the mean KL divergence between the network's class probabilities for an image and their"
                + " average, " + samples + " samples, " + parts + ".";
    }

    /** Of an order that makes a part hold few classes, by how much it lowers the score. */
    @Override
    public List<String> warnings(ComparedSets sets) {
        PredictionStatistics predictions = sets.samples().predictions().orElseThrow();
        double found = InceptionScore.of(predictions).mean();
        Optional<InceptionScore> shuffled = InceptionScore.shuffled(predictions);
        if (shuffled.isEmpty() || found >= LEAST_SHARE * shuffled.get().mean()) {
            return List.of();
        }
        String order = sets.samples()
                .labels()
                .map(this::order)
                .orElse("The samples are not in random order: parts of " + partSize + " consecutive ones are alike");
        return List.of(order
                + String.format(
                        Locale.ROOT,
                        ", which lowers the Inception Score to %.3f from about %.3f in random order; shuffle the"
                                + " samples, or give --inception-split %d for one part.",
                        found,
                        shuffled.get().mean(),
                        sets.sampleCount()));
    }

    private String order(int[] labels) {
        long classes = IntStream.of(labels).distinct().count();
        double ofPart = IntStream.iterate(0, from -> from < labels.length, from -> from + partSize)
                .mapToLong(from -> Arrays.stream(labels, from, Math.min(labels.length, from + partSize))
                        .distinct()
                        .count())
                .average()
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "The samples are in class order: a part of %d consecutive ones holds %.3g of the %d classes on average",
                partSize,
                ofPart,
                classes);
    }
}
