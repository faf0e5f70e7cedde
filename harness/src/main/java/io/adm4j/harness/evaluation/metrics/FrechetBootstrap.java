package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.Interval;

/**
 * How far FID would move with other samples of the same number: bootstrap over the samples (Efron 1979), the
 * reference held fixed.
 *
 * <p>A resample that repeats images has a larger FID than the samples themselves, since FID grows as the number of
 * different images falls, so the plain bootstrap's range may not even hold the figure. Therefore the distance is
 * expanded to first order ({@link FrechetInfluence}), and a resample moves it by its mean of φ.
 *
 * @param distance the distance itself
 * @param standardError spread of the resamples' distances
 * @param interval from their 2.5% to their 97.5% quantile; begins at 0 at the least
 */
public record FrechetBootstrap(FrechetDistance distance, double standardError, Interval interval) {
    /**
     * @param features of which {@code samples} are the statistics
     * @param resamples at least 1
     * @param seed of the resamples
     */
    public static FrechetBootstrap of(
            FeatureStatistics reference,
            FeatureStatistics samples,
            FeatureMatrix features,
            int resamples,
            long seed,
            MatrixProducts products) {
        FrechetInfluence influence = FrechetInfluence.of(reference, samples, features, products);
        FrechetDistance distance = influence.distance();
        Spread spread = Spread.of(influence.values(), resamples, seed);
        return new FrechetBootstrap(
                distance,
                spread.standardError(),
                new Interval(
                        Math.max(0, distance.value() + spread.low()), Math.max(0, distance.value() + spread.high())));
    }
}
