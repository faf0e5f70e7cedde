package io.adm4j.harness.metrics;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;

/**
 * The Fréchet distance between Gaussians with the moments of two sets of features; on Inception features the FID
 * (Heusel et al. 2017, eq. 6):
 *
 * <pre>d² = |μ₁ - μ₂|² + tr Σ₁ + tr Σ₂ - 2 tr (Σ₁ Σ₂)^½</pre>
 *
 * <p>With {@code Σ₁ = L Lᵀ} the eigenvalues of {@code Σ₁ Σ₂} are those of the symmetric, positive semi-definite
 * {@code Lᵀ Σ₂ L}, so the trace of the root is the sum of their roots: no complex numbers, and nothing to invert where a
 * covariance lacks rank.
 *
 * @param value the distance; at least 0
 * @param rankDeficient whether a set has too few vectors for a covariance of full rank, which makes the figure too large
 *     to compare with others
 */
public record FrechetDistance(double value, boolean rankDeficient) {
    /**
     * @throws IllegalArgumentException if the features differ in length or the statistics are not finite
     */
    public static FrechetDistance between(FeatureStatistics a, FeatureStatistics b, MatrixProducts products) {
        int n = a.dimension();
        if (b.dimension() != n) {
            throw new IllegalArgumentException("Features of " + n + " and of " + b.dimension()
                    + " elements cannot be compared; take both sets from one feature network.");
        }
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double difference = a.mean()[i] - b.mean()[i];
            distance += difference * difference;
            distance += a.covariance()[i * n + i] + b.covariance()[i * n + i];
        }
        if (!Double.isFinite(distance)) {
            throw new IllegalArgumentException("The statistics of the features hold values that are not finite.");
        }
        distance -= 2 * traceOfRoot(a.covariance(), b.covariance(), n, products);
        // Rounding can leave a trifle below zero between equal sets.
        return new FrechetDistance(Math.max(0, distance), a.rankDeficient() || b.rankDeficient());
    }

    private static double traceOfRoot(double[] first, double[] second, int n, MatrixProducts products) {
        PivotedCholesky cholesky = PivotedCholesky.of(first, n);
        int rank = cholesky.rank();
        if (rank == 0) {
            return 0;
        }
        Tensor l = matrix(cholesky.factor(), n, rank);
        double[] symmetric = products.ofColumns(l, products.ofColumns(matrix(second, n, n), l)).toDoubleArray();
        double trace = 0;
        for (double eigenvalue : SymmetricEigenvalues.of(symmetric, rank)) {
            trace += Math.sqrt(Math.max(0, eigenvalue));
        }
        return trace;
    }

    private static Tensor matrix(double[] values, int rows, int columns) {
        Tensor matrix = Tensor.zeros(ElementType.FLOAT64, rows, columns);
        matrix.doubles().put(values);
        return matrix;
    }
}
