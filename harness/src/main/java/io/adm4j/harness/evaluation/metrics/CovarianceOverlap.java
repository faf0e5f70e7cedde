package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.PivotedCholesky;
import io.adm4j.harness.evaluation.linalg.SymmetricEigen;
import io.adm4j.tensor.Tensor;

/**
 * The term {@code tr (Σ₁ Σ₂)^½} of the Fréchet distance. With {@code Σ₂ = L Lᵀ} the eigenvalues of {@code Σ₁ Σ₂} are those
 * of the symmetric, positive semi-definite {@code Lᵀ Σ₁ L}, so the trace is the sum of their roots.
 *
 * <p>{@code Σ₂} is that of the samples: it was computed here in double precision, while {@code Σ₁} may have been rounded in
 * a file and be slightly indefinite, for which no factor exists.
 */
final class CovarianceOverlap {
    private final int dimension;
    private final int rank;
    /** {@code Σ₁ L}, [dimension, rank]. */
    private final Tensor mapped;
    /** {@code Lᵀ Σ₁ L}, rank x rank elements. */
    private final double[] symmetric;

    private CovarianceOverlap(int dimension, int rank, Tensor mapped, double[] symmetric) {
        this.dimension = dimension;
        this.rank = rank;
        this.mapped = mapped;
        this.symmetric = symmetric;
    }

    static CovarianceOverlap of(FeatureStatistics reference, FeatureStatistics samples, MatrixProducts products) {
        int n = samples.dimension();
        PivotedCholesky cholesky = PivotedCholesky.of(samples.covariance(), n);
        int rank = cholesky.rank();
        if (rank == 0) {
            return new CovarianceOverlap(n, 0, null, new double[0]);
        }
        Tensor l = Tensor.of(cholesky.factor(), n, rank);
        Tensor mapped = products.of(Tensor.of(reference.covariance(), n, n), l);
        return new CovarianceOverlap(
                n, rank, mapped, products.ofColumns(l, mapped).toDoubleArray());
    }

    int rank() {
        return rank;
    }

    double traceOfRoot() {
        return rank == 0 ? 0 : sumOfRoots(SymmetricEigen.values(symmetric.clone(), rank));
    }

    /** The eigenvalues of {@code Lᵀ Σ₁ L} with their vectors. */
    SymmetricEigen eigen() {
        return SymmetricEigen.of(symmetric.clone(), rank);
    }

    /**
     * The map that takes the samples' Gaussian to the reference's, {@code T = P Pᵀ} with {@code T Σ₂ T = Σ₁}, by its root
     * {@code P = Σ₁ L V Λ^-¾} [dimension, rank]; {@code ½ T} is the gradient of the trace in {@code Σ₂}. Directions in which
     * the sets do not overlap beyond rounding are left out.
     */
    Tensor rootOfMap(SymmetricEigen eigen, MatrixProducts products) {
        double[] scaled = eigen.vectors().clone();
        double nothing = eigen.values()[rank - 1] * rank * 1e-14;
        for (int e = 0; e < rank; e++) {
            double factor = eigen.values()[e] > nothing ? Math.pow(eigen.values()[e], -0.75) : 0;
            for (int i = 0; i < rank; i++) {
                scaled[e * rank + i] *= factor;
            }
        }
        return products.ofRows(mapped, Tensor.of(scaled, rank, rank)).reshape(dimension, rank);
    }

    /** Rounding leaves values below zero where the true ones are zero. */
    static double sumOfRoots(double[] eigenvalues) {
        double sum = 0;
        for (double eigenvalue : eigenvalues) {
            sum += Math.sqrt(Math.max(0, eigenvalue));
        }
        return sum;
    }
}
