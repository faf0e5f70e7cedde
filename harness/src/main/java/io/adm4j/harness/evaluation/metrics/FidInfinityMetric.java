package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/** FID∞: {@link FrechetExtrapolation} on the features. */
final class FidInfinityMetric implements MetricScorer {
    private final long seed;
    private final MatrixProducts products;

    /** @param seed of the samples' order */
    FidInfinityMetric(long seed, MatrixProducts products) {
        this.seed = seed;
        this.products = products;
    }

    @Override
    public Set<Metric> metrics() {
        return EnumSet.of(Metric.FID_INFINITY);
    }

    @Override
    public boolean scoresClasses() {
        return false;
    }

    @Override
    public Optional<String> obstacle(ComparedSets sets) {
        if (sets.samples().features().isEmpty()) {
            return MetricSuite.withoutSamples(sets);
        }
        return sets.sampleCount() < FrechetExtrapolation.FEWEST_SAMPLES
                ? Optional.of("it takes at least " + FrechetExtrapolation.FEWEST_SAMPLES + " samples")
                : Optional.empty();
    }

    @Override
    public long work(ComparedSets sets) {
        return FrechetExtrapolation.POINTS * FrechetDistance.work(sets.dimension());
    }

    @Override
    public List<Score> score(ComparedSets sets, LongConsumer done) {
        FrechetExtrapolation found = FrechetExtrapolation.of(
                sets.reference().statistics(),
                sets.sampleFeatures(),
                seed,
                products,
                points -> done.accept(points * FrechetDistance.work(sets.dimension())));
        return List.of(Score.of(
                Metric.FID_INFINITY,
                found.value(),
                "Frechet distances on " + sets.dimension() + " features of " + found.points() + " growing sets of "
                        + found.fewest() + " to " + sets.sampleCount() + " samples (shuffled with seed " + seed
                        + ") from the Gaussian "
                        + FrechetWording.ofReference(sets.reference().statistics())
                        + ", extrapolated by a line over 1/N to infinitely many samples."));
    }

    @Override
    public Map<Metric, Spread> differences(
            ComparedSets first, ComparedSets second, PairedBootstrap bootstrap, LongConsumer done) {
        return Map.of(Metric.FID_INFINITY, bootstrap.of(influence(first, done), influence(second, done)));
    }

    private double[] influence(ComparedSets sets, LongConsumer done) {
        double[] onDistance = sets.onFrechetDistance(products);
        done.accept(work(sets));
        return FrechetExtrapolation.influence(onDistance, sets.dimension(), seed);
    }

    @Override
    public List<String> warnings(ComparedSets sets) {
        int fewest = FrechetExtrapolation.fewest(sets.sampleCount(), sets.dimension());
        return fewest > sets.dimension()
                ? List.of()
                : List.of("FID\u221e from " + fewest + " samples up on " + sets.dimension()
                        + " features: covariances that lack rank are not on its line; take more than "
                        + 2L * sets.dimension() + " samples.");
    }
}
