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

/** Density and coverage: {@link NeighborhoodScores} on the features. */
final class DensityCoverageMetric implements MetricScorer {
    private final int k;
    private final MatrixProducts products;

    /** @param k neighbor whose distance is the radius, at least 1 */
    DensityCoverageMetric(int k, MatrixProducts products) {
        this.k = k;
        this.products = products;
    }

    @Override
    public Set<Metric> metrics() {
        return EnumSet.of(Metric.DENSITY, Metric.COVERAGE);
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
        return NeighborhoodScores.pairs(sets.referenceCount(), sets.sampleCount());
    }

    @Override
    public List<Score> score(ComparedSets sets, LongConsumer done) {
        NeighborhoodScores found = sets.neighborhoods(k, products, done);
        String reference = sets.referenceCount() + " reference images";
        String samples = sets.sampleCount() + " samples";
        String balls = ", the balls" + NeighborhoodScores.reach(k) + sets.onFeatures() + ".";
        return List.of(
                Score.of(
                        Metric.DENSITY,
                        found.density(),
                        "Number of balls around " + reference + " that contain a sample, mean over " + samples
                                + ", divided by k" + balls),
                Score.of(
                        Metric.COVERAGE,
                        found.coverage(),
                        "Share of the balls around " + reference + " that hold any of " + samples + balls));
    }

    @Override
    public Map<Metric, Spread> differences(
            ComparedSets first, ComparedSets second, PairedBootstrap bootstrap, LongConsumer done) {
        NearestNeighbors neighbors = first.referenceNeighbors(k, products);
        NeighborhoodGraph one = first.graph(neighbors, k, products);
        NeighborhoodGraph other = second.graph(neighbors, k, products);
        done.accept(work(first) + work(second));
        return Map.of(
                Metric.DENSITY, bootstrap.of(one.balls(), other.balls()).times(1.0 / k),
                Metric.COVERAGE, bootstrap.ofParts(one::coverage, other::coverage, first.sampleCount()));
    }

    @Override
    public List<String> warnings(ComparedSets sets) {
        return List.of();
    }
}
