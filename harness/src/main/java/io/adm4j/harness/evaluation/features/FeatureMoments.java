package io.adm4j.harness.evaluation.features;

import java.io.Serializable;

/**
 * Mean and scatter {@code Σ (x - μ)(x - μ)ᵀ} of feature vectors, from which those of sets together follow.
 *
 * @param count number of vectors
 * @param mean D elements
 * @param scatter D x D elements, row by row
 */
public record FeatureMoments(long count, double[] mean, double[] scatter) implements Serializable {
    /**
     * The moments of both sets together (Chan, Golub, LeVeque 1979); in another order they are rounded otherwise.
     *
     * @return these with their memory, which is overwritten
     */
    public FeatureMoments merge(FeatureMoments other) {
        double weight = (double) count * other.count / (count + other.count);
        double[] difference = new double[mean.length];
        for (int c = 0; c < mean.length; c++) {
            difference[c] = other.mean[c] - mean[c];
        }
        for (int r = 0; r < mean.length; r++) {
            double factor = weight * difference[r];
            int at = r * mean.length;
            for (int c = 0; c < mean.length; c++) {
                scatter[at + c] += other.scatter[at + c] + factor * difference[c];
            }
        }
        for (int c = 0; c < mean.length; c++) {
            mean[c] += difference[c] * other.count / (count + other.count);
        }
        return new FeatureMoments(count + other.count, mean, scatter);
    }

    /** Mean and unbiased covariance; of at least 2 vectors. */
    public FeatureStatistics statistics() {
        int dimension = mean.length;
        double[] covariance = new double[scatter.length];
        for (int r = 0; r < dimension; r++) {
            for (int c = 0; c <= r; c++) {
                // Both sums are rounded on their own; files keep them symmetric.
                double mirrored = (scatter[r * dimension + c] + scatter[c * dimension + r]) / 2 / (count - 1);
                covariance[r * dimension + c] = mirrored;
                covariance[c * dimension + r] = mirrored;
            }
        }
        return new FeatureStatistics(count, mean.clone(), covariance);
    }
}
