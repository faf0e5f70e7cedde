package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
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

/** FID: {@link FrechetDistance} on the features, with a {@link FrechetBootstrap} interval if asked for. */
final class FidMetric implements MetricScorer {
    private final int resamples;
    private final long seed;
    private final MatrixProducts products;

    /**
     * @param resamples for the interval; 0 for none
     * @param seed of the resamples
     */
    FidMetric(int resamples, long seed, MatrixProducts products) {
        this.resamples = resamples;
        this.seed = seed;
        this.products = products;
    }

    @Override
    public Set<Metric> metrics() {
        return EnumSet.of(Metric.FID);
    }

    @Override
    public boolean scoresClasses() {
        return true;
    }

    @Override
    public Optional<String> obstacle(ComparedSets sets) {
        return Optional.empty();
    }

    /** That of a class is small and not counted. */
    @Override
    public long work(ComparedSets sets) {
        return sets.areWhole() ? FrechetDistance.work(sets.dimension()) : 0;
    }

    @Override
    public List<Score> score(ComparedSets sets, LongConsumer done) {
        if (!sets.areWhole()) {
            return List.of(ofClass(sets));
        }
        FeatureStatistics reference = sets.reference().statistics();
        FeatureStatistics samples = sets.samples().statistics();
        String definition = FrechetWording.definition(reference, samples, "features");
        Score score;
        if (resamples > 0 && sets.samples().features().isPresent()) {
            FrechetBootstrap found =
                    FrechetBootstrap.of(reference, samples, sets.sampleFeatures(), resamples, seed, products);
            score = new Score(
                    Metric.FID,
                    found.distance().value(),
                    OptionalDouble.of(found.standardError()),
                    Optional.of(found.interval()),
                    definition + "; 95% interval from " + resamples
                            + " bootstrap resamples of the samples (to first order, seed " + seed
                            + "), the reference held fixed.");
        } else {
            score = Score.of(
                    Metric.FID,
                    FrechetDistance.between(reference, samples, products).value(),
                    definition + ".");
        }
        done.accept(work(sets));
        return List.of(score);
    }

    @Override
    public Map<Metric, Spread> differences(
            ComparedSets first, ComparedSets second, PairedBootstrap bootstrap, LongConsumer done) {
        return Map.of(Metric.FID, bootstrap.of(influence(first, done), influence(second, done)));
    }

    private double[] influence(ComparedSets sets, LongConsumer done) {
        double[] values = sets.onFrechetDistance(products);
        done.accept(work(sets));
        return values;
    }

    private Score ofClass(ComparedSets sets) {
        return Score.of(
                Metric.FID,
                distance(sets.referenceFeatures(), sets.sampleFeatures()).value(),
                "Frechet distance between Gaussians with the means and unbiased covariances of " + sets.sampleCount()
                        + " samples and " + sets.referenceCount() + " reference images" + sets.onFeatures() + ".");
    }

    private FrechetDistance distance(FeatureMatrix reference, FeatureMatrix samples) {
        return Math.min(reference.rows(), samples.rows()) <= reference.columns()
                ? FrechetDistance.ofFew(reference, samples, products)
                : FrechetDistance.between(
                        FeatureStatistics.of(reference, products), FeatureStatistics.of(samples, products), products);
    }

    /** Of whole sets: what lacks rank among the classes is said once for all. */
    @Override
    public List<String> warnings(ComparedSets sets) {
        return sets.areWhole()
                ? FrechetWording.rankWarnings(
                        Metric.FID,
                        sets.reference().statistics(),
                        sets.samples().statistics())
                : List.of();
    }
}
