package io.adm4j.harness.bench;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.metrics.FrechetBootstrap;
import io.adm4j.harness.evaluation.metrics.FrechetDistance;
import io.adm4j.harness.evaluation.metrics.FrechetExtrapolation;
import io.adm4j.harness.evaluation.metrics.KernelDistance;
import io.adm4j.harness.evaluation.metrics.NeighborhoodScores;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** A metric that can be measured. */
public enum MetricBenchTarget {
    /** Mean and covariance of the samples' features. */
    STATISTICS("mean and covariance of the samples"),
    /** The Fréchet distance between given statistics. */
    FID("FID from statistics"),
    /** The confidence interval of FID from 1,000 resamples. */
    BOOTSTRAP("FID with bootstrap interval"),
    /** FID extrapolated to infinitely many samples. */
    FID_INFINITY("FID infinity"),
    /** KID. */
    KID("KID"),
    /** Precision, recall, density and coverage, which are computed together. */
    NEIGHBOURS("precision, recall, density, coverage");

    private static final int RESAMPLES = 1000;

    private final String title;

    MetricBenchTarget(String title) {
        this.title = title;
    }

    /** The name for tables. */
    public String title() {
        return title;
    }

    /** The computation of one value of the metric. */
    DoubleSupplier on(
            FeatureMatrix reference,
            FeatureStatistics referenceStatistics,
            FeatureMatrix samples,
            FeatureStatistics sampleStatistics,
            MatrixProducts products) {
        return switch (this) {
            case STATISTICS -> () -> FeatureStatistics.of(samples, products).mean()[0];
            case FID ->
                () -> FrechetDistance.between(referenceStatistics, sampleStatistics, products)
                        .value();
            case BOOTSTRAP ->
                () -> FrechetBootstrap.of(referenceStatistics, sampleStatistics, samples, RESAMPLES, 0, products)
                        .standardError();
            case FID_INFINITY ->
                () -> FrechetExtrapolation.of(referenceStatistics, samples, 0, products, n -> {})
                        .value();
            case KID ->
                () -> KernelDistance.between(reference, samples, 0, products, n -> {})
                        .value();
            case NEIGHBOURS ->
                () -> NeighborhoodScores.between(reference, samples, EvaluatorSettings.PUBLISHED_K, products, n -> {})
                        .precision();
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
