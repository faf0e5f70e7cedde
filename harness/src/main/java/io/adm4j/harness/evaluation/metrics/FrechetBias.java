package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.stream.IntStream;

/**
 * How much the number of samples raises their Fréchet distance. The bias falls as 1 / N (Chong, Forsyth 2020, section 3), so the
 * distance of half of the samples lies as far above that of all as that lies above that of infinitely many.
 */
public final class FrechetBias {
    private FrechetBias() {}

    /**
     * The estimate from two halves, the images with even and those with odd numbers.
     *
     * @param samples at least 4
     * @param distance of all samples
     * @return at least 0
     */
    public static double of(
            FeatureStatistics reference, FeatureMatrix samples, double distance, MatrixProducts products) {
        double halves = IntStream.range(0, 2)
                .mapToDouble(first -> FrechetDistance.between(
                                reference,
                                FeatureStatistics.of(
                                        samples.select(IntStream.iterate(first, i -> i < samples.rows(), i -> i + 2)
                                                .toArray()),
                                        products),
                                products)
                        .value())
                .average()
                .orElseThrow();
        return Math.max(0, halves - distance);
    }
}
