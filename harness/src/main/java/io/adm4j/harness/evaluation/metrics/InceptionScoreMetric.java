package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.LongConsumer;

/** {@link InceptionScore} of the samples; the reference has no part in it. */
final class InceptionScoreMetric implements MetricScorer {
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

    private String definition(InceptionScore found, int samples) {
        String parts = found.splits() == 1
                ? "in one part"
                : "mean over " + found.splits() + " consecutive parts of " + partSize
                        + " in the samples' order, standard deviation over the parts "
                        + String.format(Locale.ROOT, "%.4g", found.standardDeviation());
        return "Exponential of the mean KL divergence between the network's class probabilities for an image and their"
                + " average, " + samples + " samples, " + parts + ".";
    }

    @Override
    public List<String> warnings(ComparedSets sets) {
        return List.of();
    }
}
