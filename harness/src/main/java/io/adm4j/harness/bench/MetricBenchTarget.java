package io.adm4j.harness.bench;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.metrics.FrechetBootstrap;
import io.adm4j.harness.evaluation.metrics.FrechetDistance;
import io.adm4j.harness.evaluation.metrics.FrechetExtrapolation;
import io.adm4j.harness.evaluation.metrics.KernelDistance;
import io.adm4j.harness.evaluation.metrics.NeighborhoodScores;
import io.adm4j.harness.evaluation.metrics.PublishedPrecisionRecall;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

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
    /** Precision, recall, density and coverage from exact distances, which are computed together. */
    NEIGHBOURS("precision, recall, density, coverage"),
    /** Precision and recall from distances in float16. */
    PUBLISHED_NEIGHBOURS("precision, recall as published");

    private static final int RESAMPLES = 1000;

    private final String title;

    MetricBenchTarget(String title) {
        this.title = title;
    }

    /** The name for tables. */
    public String title() {
        return title;
    }

    /** The computation of the metric, its values by name; statistics that it is given are taken here. */
    Supplier<Map<String, Double>> on(FeatureMatrix reference, FeatureMatrix samples, MatrixProducts products) {
        return switch (this) {
            case STATISTICS ->
                () -> Map.of("mean", FeatureStatistics.of(samples, products).mean()[0]);
            case FID -> {
                FeatureStatistics real = FeatureStatistics.of(reference, products);
                FeatureStatistics made = FeatureStatistics.of(samples, products);
                yield () -> Map.of(
                        "fid", FrechetDistance.between(real, made, products).value());
            }
            case BOOTSTRAP -> {
                FeatureStatistics real = FeatureStatistics.of(reference, products);
                FeatureStatistics made = FeatureStatistics.of(samples, products);
                yield () -> Map.of(
                        "error",
                        FrechetBootstrap.of(real, made, samples, RESAMPLES, 0, products)
                                .standardError());
            }
            case FID_INFINITY -> {
                FeatureStatistics real = FeatureStatistics.of(reference, products);
                yield () -> Map.of(
                        "fid_infinity",
                        FrechetExtrapolation.of(real, samples, 0, products, n -> {})
                                .value());
            }
            case KID ->
                () -> Map.of(
                        "kid",
                        KernelDistance.between(reference, samples, 0, products, n -> {})
                                .value());
            case NEIGHBOURS ->
                () -> {
                    NeighborhoodScores found = NeighborhoodScores.between(
                            reference, samples, EvaluatorSettings.PUBLISHED_K, products, n -> {});
                    return Map.of(
                            "precision", found.precision(),
                            "recall", found.recall(),
                            "density", found.density(),
                            "coverage", found.coverage());
                };
            case PUBLISHED_NEIGHBOURS ->
                () -> {
                    PublishedPrecisionRecall found = PublishedPrecisionRecall.between(
                                    reference, samples, EvaluatorSettings.PUBLISHED_K, products, n -> {})
                            .orElseThrow();
                    return Map.of("precision", found.precision(), "recall", found.recall());
                };
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
