package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;

/**
 * Mean and covariance of a set of feature vectors: {@code μ = 1/N Σ x} and the unbiased
 * {@code Σ = 1/(N-1) Σ (x - μ)(x - μ)ᵀ}, as the Fréchet distance takes them (Heusel et al. 2017, eq. 6, there with
 * Gaussians of these moments).
 *
 * @param count number of vectors; at least 2, or {@link #UNKNOWN}
 * @param mean D elements
 * @param covariance D x D elements, row by row, symmetric
 */
public record FeatureStatistics(long count, double[] mean, double[] covariance) {
    /** The square of what float32 can tell apart. */
    private static final double ROUNDING = 1e-14;

    /** The count of statistics that came without one. */
    public static final long UNKNOWN = 0;

    public FeatureStatistics {
        if (count < 2 && count != UNKNOWN) {
            throw new IllegalArgumentException("A covariance takes at least 2 feature vectors, not " + count + ".");
        }
        if (covariance.length != (long) mean.length * mean.length) {
            throw new IllegalArgumentException("A mean of " + mean.length + " elements takes a covariance of "
                    + (long) mean.length * mean.length + ", not " + covariance.length + ".");
        }
    }

    /** Length of the feature vectors. */
    public int dimension() {
        return mean.length;
    }

    /** Whether the covariance cannot have full rank: too few vectors for their length. */
    public boolean rankDeficient() {
        return count != UNKNOWN && count <= mean.length;
    }

    /** Whether all vectors are equal, but for rounding. */
    public boolean areOfOnePoint() {
        double trace = 0;
        double square = 0;
        for (int i = 0; i < mean.length; i++) {
            trace += covariance[i * mean.length + i];
            square += mean[i] * mean[i];
        }
        return trace <= ROUNDING * square;
    }

    /** The statistics of all rows. */
    public static FeatureStatistics of(FeatureMatrix features, MatrixProducts products) {
        Accumulator accumulator = new Accumulator(features.columns(), products);
        for (int row = 0; row < features.rows(); row++) {
            accumulator.addRow(features, row);
        }
        return accumulator.finish();
    }

    /**
     * Takes feature vectors as they come and needs the memory of the covariance and one block.
     *
     * <p>Blocks are centered on their own mean and merged, so that large means cost no digits.
     */
    public static final class Accumulator {
        static final int BLOCK = 1024;

        private final int dimension;
        private final MatrixProducts products;
        private final Tensor waiting;
        private final Tensor ownScatter;
        private final double[] line;
        private final double[] zero;
        private int waitingRows;
        private FeatureMoments sums;

        public Accumulator(int dimension, MatrixProducts products) {
            this.dimension = dimension;
            this.products = products;
            this.waiting = Tensor.zeros(ElementType.FLOAT64, BLOCK, dimension);
            this.ownScatter = Tensor.zeros(ElementType.FLOAT64, dimension, dimension);
            this.line = new double[dimension];
            this.zero = new double[dimension];
            this.sums =
                    new FeatureMoments(0, new double[dimension], new double[Math.multiplyExact(dimension, dimension)]);
        }

        /** Adds vectors, stored one after the other. */
        public void add(float[] values) {
            if (values.length % dimension != 0) {
                throw new IllegalArgumentException(
                        values.length + " values are no whole number of vectors of " + dimension + ".");
            }
            for (int from = 0; from < values.length; from += dimension) {
                for (int c = 0; c < dimension; c++) {
                    line[c] = values[from + c];
                }
                addLine();
            }
        }

        /** Adds one row of a matrix. */
        public void addRow(FeatureMatrix features, int row) {
            features.shiftedRow(row, zero, line);
            addLine();
        }

        private void addLine() {
            waiting.doubles().put(waitingRows * dimension, line);
            if (++waitingRows == BLOCK) {
                flush();
            }
        }

        /** The statistics of all vectors added; more may follow. */
        public FeatureStatistics finish() {
            return moments().statistics();
        }

        /** The moments of all vectors added, of this object's own memory. */
        public FeatureMoments moments() {
            flush();
            return sums;
        }

        private void flush() {
            if (waitingRows == 0) {
                return;
            }
            int n = waitingRows;
            waitingRows = 0;
            DoubleBuffer rows = waiting.doubles();
            double[] own = new double[dimension];
            for (int r = 0; r < n; r++) {
                rows.get(r * dimension, line);
                for (int c = 0; c < dimension; c++) {
                    own[c] += line[c];
                }
            }
            for (int c = 0; c < dimension; c++) {
                own[c] /= n;
            }
            for (int r = 0; r < n; r++) {
                rows.get(r * dimension, line);
                for (int c = 0; c < dimension; c++) {
                    line[c] -= own[c];
                }
                rows.put(r * dimension, line);
            }
            Tensor block = waiting.rows(0, n);
            products.ofColumns(block, block, ownScatter);
            sums = sums.merge(new FeatureMoments(n, own, ownScatter.toDoubleArray()));
        }
    }
}
