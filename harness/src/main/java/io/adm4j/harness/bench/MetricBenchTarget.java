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

/** A score whose time can be taken. */
public enum MetricBenchTarget {
    /** Mean and covariance of the samples' features. */
    STATISTICS("mean and covariance of the samples"),
    /** The Fréchet distance of statistics that are known. */
    FID("FID from statistics"),
    /** FID with its interval from 1,000 resamples. */
    BOOTSTRAP("FID with bootstrap interval"),
    /** FID for infinitely many samples. */
    FID_INFINITY("FID infinity"),
    /** KID. */
    KID("KID"),
    /** Precision, recall, density and coverage, which are found together. */
    NEIGHBOURS("precision, recall, density, coverage");

    private static final int RESAMPLES = 1000;

    private final String title;

    MetricBenchTarget(String title) {
        this.title = title;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** The work itself; it gives the score. */
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
