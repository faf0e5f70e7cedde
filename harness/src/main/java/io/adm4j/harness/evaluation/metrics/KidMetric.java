package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.LongConsumer;

/** KID: {@link KernelDistance} on the features. */
final class KidMetric implements MetricScorer {
    private final long seed;
    private final MatrixProducts products;

    /** @param seed of the choice of subsets */
    KidMetric(long seed, MatrixProducts products) {
        this.seed = seed;
        this.products = products;
    }

    @Override
    public Set<Metric> metrics() {
        return EnumSet.of(Metric.KID);
    }

    @Override
    public boolean scoresClasses() {
        return true;
    }

    @Override
    public Optional<String> obstacle(ComparedSets sets) {
        return MetricSuite.withoutImages(sets);
    }

    @Override
    public long work(ComparedSets sets) {
        return KernelDistance.pairs(sets.referenceCount(), sets.sampleCount());
    }

    @Override
    public List<Score> score(ComparedSets sets, LongConsumer done) {
        KernelDistance found =
                KernelDistance.between(sets.referenceFeatures(), sets.sampleFeatures(), seed, products, done);
        return List.of(new Score(
                Metric.KID,
                found.value(),
                OptionalDouble.of(found.standardError()),
                Optional.empty(),
                definition(found, sets)));
    }

    @Override
    public Map<Metric, Spread> differences(
            ComparedSets first, ComparedSets second, PairedBootstrap bootstrap, LongConsumer done) {
        KernelDistance.Influence one = influence(first, done);
        KernelDistance.Influence other = influence(second, done);
        // Of more samples than the influences are of.
        double more = Math.sqrt(one.ofSamples().length / (double) first.sampleCount());
        return Map.of(
                Metric.KID,
                bootstrap
                        .of(one.ofSamples(), other.ofSamples())
                        .times(more)
                        .with(KernelDistance.choiceError(one, other, first.referenceCount(), first.sampleCount())));
    }

    private KernelDistance.Influence influence(ComparedSets sets, LongConsumer done) {
        KernelDistance.Influence found = KernelDistance.Influence.of(
                sets.referenceFeatures(), sets.sampleFeatures(), seed, products, pairs -> {});
        done.accept(work(sets));
        return found;
    }

    private String definition(KernelDistance found, ComparedSets sets) {
        String subsets = found.subsets() == 1
                ? found.sampleSize() + " samples and " + found.referenceSize() + " reference images, taken whole"
                : "mean over " + found.subsets() + " random subsets (seed " + seed + ") of " + found.sampleSize()
                        + " out of " + sets.sampleCount() + " samples and " + found.referenceSize() + " out of "
                        + sets.referenceCount() + " reference images, with the standard error of this mean";
        return "Unbiased squared maximum mean discrepancy with the kernel (x.y / D + 1)^3" + sets.onFeatures() + ", "
                + subsets + ".";
    }

    @Override
    public List<String> warnings(ComparedSets sets) {
        return List.of();
    }
}
