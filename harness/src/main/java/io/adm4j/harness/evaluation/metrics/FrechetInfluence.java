package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.SymmetricEigen;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;

/**
 * The Fréchet distance expanded to first order around the samples' moments. An image with features x moves it by
 *
 * <pre>φ(x) = 2 (μ₂ - μ₁)ᵀ (x - μ₂) + |x - μ₂|² - (x - μ₂)ᵀ T (x - μ₂) + const, with mean 0,</pre>
 *
 * <p>over the number of images, where T maps the samples' Gaussian to that of the reference
 * ({@link CovarianceOverlap#rootOfMap}). One decomposition then serves all resamples of the images, instead of one each.
 *
 * @param distance the distance itself
 * @param values φ of each image
 */
record FrechetInfluence(FrechetDistance distance, double[] values) {
    private static final int BLOCK = 1024;

    /** @param features of which {@code samples} are the statistics */
    static FrechetInfluence of(
            FeatureStatistics reference, FeatureStatistics samples, FeatureMatrix features, MatrixProducts products) {
        CovarianceOverlap overlap = CovarianceOverlap.of(reference, samples, products);
        if (overlap.rank() == 0) {
            return new FrechetInfluence(
                    FrechetDistance.of(reference, samples, 0), values(reference, samples, features, null, products));
        }
        SymmetricEigen eigen = overlap.eigen();
        return new FrechetInfluence(
                FrechetDistance.of(reference, samples, CovarianceOverlap.sumOfRoots(eigen.values())),
                values(reference, samples, features, overlap.rootOfMap(eigen, products), products));
    }

    private static double[] values(
            FeatureStatistics reference,
            FeatureStatistics samples,
            FeatureMatrix features,
            Tensor rootOfMap,
            MatrixProducts products) {
        int n = features.rows();
        int columns = features.columns();
        int rank = rootOfMap == null ? 0 : (int) rootOfMap.dim(1);
        double[] influence = new double[n];
        double[] line = new double[columns];
        double[] mapped = new double[rank];
        Tensor block = Tensor.zeros(ElementType.FLOAT64, Math.min(BLOCK, n), columns);
        Tensor images = Tensor.zeros(ElementType.FLOAT64, block.dim(0), rank);
        double sum = 0;
        for (int from = 0; from < n; from += BLOCK) {
            int count = Math.min(BLOCK, n - from);
            features.shifted(from, from + count, samples.mean(), block.doubles());
            if (rank > 0) {
                products.of(block.rows(0, count), rootOfMap, images.rows(0, count));
            }
            DoubleBuffer rows = block.doubles();
            DoubleBuffer imageRows = images.doubles();
            for (int r = 0; r < count; r++) {
                rows.get(line);
                double value = 0;
                for (int c = 0; c < columns; c++) {
                    value += line[c]
                            * (line[c] + 2 * (samples.mean()[c] - reference.mean()[c]));
                }
                imageRows.get(mapped);
                for (double m : mapped) {
                    value -= m * m;
                }
                influence[from + r] = value;
                sum += value;
            }
        }
        for (int i = 0; i < n; i++) {
            influence[i] -= sum / n;
        }
        return influence;
    }
}
