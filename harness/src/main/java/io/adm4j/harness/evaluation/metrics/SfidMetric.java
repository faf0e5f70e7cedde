package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/** sFID (Nash et al. 2021): {@link FrechetDistance} on spatial features, those of a layer before pooling. */
final class SfidMetric implements MetricScorer {
    private final boolean givesSpatial;
    private final MatrixProducts products;

    /** @param givesSpatial whether the network gives spatial features */
    SfidMetric(boolean givesSpatial, MatrixProducts products) {
        this.givesSpatial = givesSpatial;
        this.products = products;
    }

    @Override
    public Set<Metric> metrics() {
        return EnumSet.of(Metric.SFID);
    }

    @Override
    public boolean scoresClasses() {
        return false;
    }

    @Override
    public Optional<String> obstacle(ComparedSets sets) {
        if (sets.samples().spatialStatistics().isEmpty()) {
            return Optional.of(
                    sets.samples().features().isPresent() || !givesSpatial
                            ? "the feature network gives no spatial features"
                            : "the samples' file has no statistics of spatial features (mu_s, sigma_s)");
        }
        return sets.reference().spatialStatistics().isEmpty()
                ? Optional.of("the reference holds no statistics of spatial features (mu_s, sigma_s) and no images")
                : Optional.empty();
    }

    @Override
    public long work(ComparedSets sets) {
        return FrechetDistance.work(samples(sets).dimension());
    }

    @Override
    public List<Score> score(ComparedSets sets, LongConsumer done) {
        double value = FrechetDistance.between(reference(sets), samples(sets), products)
                .value();
        done.accept(work(sets));
        return List.of(Score.of(
                Metric.SFID,
                value,
                FrechetWording.definition(reference(sets), samples(sets), "spatial features") + "."));
    }

    /** Empty unless the spatial features of each sample are known. */
    @Override
    public Map<Metric, Spread> differences(
            ComparedSets first, ComparedSets second, PairedBootstrap bootstrap, LongConsumer done) {
        Map<Metric, Spread> found = first.samples().spatial().isPresent()
                        && second.samples().spatial().isPresent()
                ? Map.of(
                        Metric.SFID,
                        bootstrap.of(first.onSpatialDistance(products), second.onSpatialDistance(products)))
                : Map.of();
        done.accept(work(first) + work(second));
        return found;
    }

    @Override
    public List<String> warnings(ComparedSets sets) {
        return FrechetWording.rankWarnings(Metric.SFID, reference(sets), samples(sets));
    }

    private static FeatureStatistics reference(ComparedSets sets) {
        return sets.reference().spatialStatistics().orElseThrow();
    }

    private static FeatureStatistics samples(ComparedSets sets) {
        return sets.samples().spatialStatistics().orElseThrow();
    }
}
