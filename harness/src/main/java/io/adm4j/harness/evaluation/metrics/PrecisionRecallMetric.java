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

/**
 * Precision and recall: to the digits of the published evaluator ({@link PublishedPrecisionRecall}) on the features that it
 * uses, unless they overflow float16; else at full accuracy ({@link NeighborhoodScores}).
 */
final class PrecisionRecallMetric implements MetricScorer {
    private final int k;
    private final boolean asPublished;
    private final boolean withDensity;
    private final MatrixProducts products;

    /**
     * @param k neighbor whose distance is the radius, at least 1
     * @param asPublished whether the features are those of the published evaluator
     * @param withDensity whether {@link DensityCoverageMetric} pays for the neighborhoods
     */
    PrecisionRecallMetric(int k, boolean asPublished, boolean withDensity, MatrixProducts products) {
        this.k = k;
        this.asPublished = asPublished;
        this.withDensity = withDensity;
        this.products = products;
    }

    @Override
    public Set<Metric> metrics() {
        return EnumSet.of(Metric.PRECISION, Metric.RECALL);
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
        return asPublished || !withDensity ? NeighborhoodScores.pairs(sets.referenceCount(), sets.sampleCount()) : 0;
    }

    @Override
    public List<Score> score(ComparedSets sets, LongConsumer done) {
        Optional<PublishedPrecisionRecall> published = asPublished
                ? PublishedPrecisionRecall.between(sets.referenceFeatures(), sets.sampleFeatures(), k, products, done)
                : Optional.empty();
        if (published.isPresent()) {
            return scores(
                    sets,
                    published.get().precision(),
                    published.get().recall(),
                    ", squared distances in float16 as in the published evaluator.");
        }
        NeighborhoodScores found = sets.neighborhoods(k, products, done);
        return scores(sets, found.precision(), found.recall(), ".");
    }

    @Override
    public Map<Metric, Spread> differences(
            ComparedSets first, ComparedSets second, PairedBootstrap bootstrap, LongConsumer done) {
        NearestNeighbors neighbors = first.referenceNeighbors(k, products);
        NeighborhoodGraph one = first.graph(neighbors, k, products);
        NeighborhoodGraph other = second.graph(neighbors, k, products);
        done.accept(work(first) + work(second));
        return Map.of(
                Metric.PRECISION, bootstrap.of(one.precise(), other.precise()),
                Metric.RECALL, bootstrap.ofParts(one::recall, other::recall, first.sampleCount()));
    }

    private List<Score> scores(ComparedSets sets, double precision, double recall, String end) {
        String reference = sets.referenceCount() + " reference images";
        String samples = sets.sampleCount() + " samples";
        String reach = NeighborhoodScores.reach(k) + sets.onFeatures() + end;
        return List.of(
                Score.of(
                        Metric.PRECISION,
                        precision,
                        "Share of " + samples + " within a ball around any of " + reference + reach),
                Score.of(
                        Metric.RECALL,
                        recall,
                        "Share of " + reference + " within a ball around any of " + samples + reach));
    }

    @Override
    public List<String> warnings(ComparedSets sets) {
        return List.of();
    }
}
