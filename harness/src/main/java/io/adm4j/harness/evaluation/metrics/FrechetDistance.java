package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.SymmetricEigen;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;

/**
 * The Fréchet distance between Gaussians with the moments of two sets of features; on Inception features the FID
 * (Heusel et al. 2017, eq. 6):
 *
 * <pre>d² = |μ₁ - μ₂|² + tr Σ₁ + tr Σ₂ - 2 tr (Σ₁ Σ₂)^½</pre>
 *
 * <p>See {@link CovarianceOverlap} for the trace of the root: no complex numbers, and nothing to invert where a covariance
 * lacks rank.
 *
 * @param value the distance; at least 0
 * @param rankDeficient whether a set has too few vectors for a covariance of full rank, which makes the value too large
 *     to compare with others
 */
public record FrechetDistance(double value, boolean rankDeficient) {
    /** Inner products that cost as much as one element of a covariance. */
    private static final long WORK = 10;

    /**
     * @param samples of measured features; those of the reference may come from a file of fewer digits
     * @throws IllegalArgumentException if the features differ in length or the statistics are not finite
     */
    public static FrechetDistance between(
            FeatureStatistics reference, FeatureStatistics samples, MatrixProducts products) {
        requireSameLength(reference.dimension(), samples.dimension());
        return of(
                reference,
                samples,
                CovarianceOverlap.of(reference, samples, products).traceOfRoot());
    }

    /** What it costs, roughly, in inner products of feature vectors of this length. */
    static long work(int dimension) {
        return WORK * dimension * dimension;
    }

    /** With the trace of the root of the covariances' product that is known already. */
    static FrechetDistance of(FeatureStatistics reference, FeatureStatistics samples, double traceOfRoot) {
        int n = reference.dimension();
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double difference = reference.mean()[i] - samples.mean()[i];
            distance += difference * difference;
            distance += reference.covariance()[i * n + i] + samples.covariance()[i * n + i];
        }
        return new FrechetDistance(
                atLeastZero(distance - 2 * traceOfRoot), reference.rankDeficient() || samples.rankDeficient());
    }

    /**
     * The same between sets of few vectors. With their differences from the mean as rows of A and B, the eigenvalues of
     * {@code Σ₁ Σ₂} are the squared singular values of {@code A Bᵀ} but for the counts, so that no matrix of the features'
     * length is needed.
     *
     * @throws IllegalArgumentException if a set has fewer than 2 vectors or the features differ in length
     */
    public static FrechetDistance ofFew(FeatureMatrix reference, FeatureMatrix samples, MatrixProducts products) {
        requireSameLength(reference.columns(), samples.columns());
        if (Math.min(reference.rows(), samples.rows()) < 2) {
            throw new IllegalArgumentException("A covariance takes at least 2 feature vectors; there are "
                    + reference.rows() + " and " + samples.rows() + ".");
        }
        double[] mean = reference.mean();
        double[] otherMean = samples.mean();
        Tensor a = centered(reference, mean);
        Tensor b = centered(samples, otherMean);
        Tensor inner = products.ofRows(a, b);
        int rank = Math.min(reference.rows(), samples.rows());
        Tensor squared = reference.rows() == rank ? products.ofRows(inner, inner) : products.ofColumns(inner, inner);
        double[] traces = {sumOfSquares(a) / (reference.rows() - 1), sumOfSquares(b) / (samples.rows() - 1)};
        double distance = traces[0] + traces[1];
        for (int i = 0; i < mean.length; i++) {
            distance += (mean[i] - otherMean[i]) * (mean[i] - otherMean[i]);
        }
        double root = CovarianceOverlap.sumOfRoots(SymmetricEigen.values(squared.toDoubleArray(), rank))
                / Math.sqrt((reference.rows() - 1.0) * (samples.rows() - 1.0));
        return new FrechetDistance(atLeastZero(distance - 2 * root), rank <= reference.columns());
    }

    private static Tensor centered(FeatureMatrix features, double[] mean) {
        Tensor rows = Tensor.zeros(ElementType.FLOAT64, features.rows(), features.columns());
        features.shifted(0, features.rows(), mean, rows.doubles());
        return rows;
    }

    private static double sumOfSquares(Tensor values) {
        DoubleBuffer in = values.doubles();
        double sum = 0;
        while (in.hasRemaining()) {
            double v = in.get();
            sum += v * v;
        }
        return sum;
    }

    /** Rounding can leave a small negative value between equal sets. */
    private static double atLeastZero(double distance) {
        if (!Double.isFinite(distance)) {
            throw new IllegalArgumentException("The statistics of the features hold values that are not finite.");
        }
        return Math.max(0, distance);
    }

    private static void requireSameLength(int length, int other) {
        if (length != other) {
            throw new IllegalArgumentException("Features of " + length + " and of " + other
                    + " elements cannot be compared; take both sets from one feature network.");
        }
    }
}
