package io.adm4j.harness.metrics;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;

/**
 * Mean and covariance of a set of feature vectors: {@code μ = 1/N Σ x} and the unbiased
 * {@code Σ = 1/(N-1) Σ (x - μ)(x - μ)ᵀ}, as the Fréchet distance takes them (Heusel et al. 2017, eq. 6, there with
 * Gaussians of these moments).
 *
 * @param count number of vectors; at least 2
 * @param mean D elements
 * @param covariance D x D elements, row by row, symmetric
 */
public record FeatureStatistics(long count, double[] mean, double[] covariance) {
    public FeatureStatistics {
        if (count < 2) {
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
        return count <= mean.length;
    }

    /** The statistics of all rows. */
    public static FeatureStatistics of(FeatureMatrix features, MatrixProducts products) {
        Accumulator accumulator = new Accumulator(features.columns(), products);
        double[] zero = new double[features.columns()];
        for (int from = 0; from < features.rows(); from += Accumulator.BLOCK) {
            accumulator.addBlock(
                    features.shifted(from, Math.min(features.rows(), from + Accumulator.BLOCK), zero));
        }
        return accumulator.finish();
    }

    /**
     * Takes feature vectors as they come and needs the memory of the covariance and one block.
     *
     * <p>Blocks are centred on their own mean and merged (Chan, Golub, LeVeque 1979), so that large means cost no
     * digits.
     */
    public static final class Accumulator {
        static final int BLOCK = 1024;

        private final int dimension;
        private final MatrixProducts products;
        private final double[] waiting;
        private int waitingRows;
        private long count;
        private final double[] mean;
        private final double[] scatter;

        public Accumulator(int dimension, MatrixProducts products) {
            this.dimension = dimension;
            this.products = products;
            this.waiting = new double[Math.multiplyExact(BLOCK, dimension)];
            this.mean = new double[dimension];
            this.scatter = new double[Math.multiplyExact(dimension, dimension)];
        }

        /** Adds vectors that lie one after the other. */
        public void add(float[] values) {
            if (values.length % dimension != 0) {
                throw new IllegalArgumentException(
                        values.length + " values are no whole number of vectors of " + dimension + ".");
            }
            for (int from = 0; from < values.length; from += dimension) {
                int at = waitingRows * dimension;
                for (int c = 0; c < dimension; c++) {
                    waiting[at + c] = values[from + c];
                }
                if (++waitingRows == BLOCK) {
                    flush();
                }
            }
        }

        /** The statistics of all vectors added. */
        public FeatureStatistics finish() {
            flush();
            double[] covariance = new double[scatter.length];
            for (int i = 0; i < scatter.length; i++) {
                covariance[i] = scatter[i] / (count - 1);
            }
            return new FeatureStatistics(count, mean.clone(), covariance);
        }

        private void flush() {
            if (waitingRows == 0) {
                return;
            }
            Tensor block = Tensor.zeros(ElementType.FLOAT64, waitingRows, dimension);
            block.doubles().put(waiting, 0, waitingRows * dimension);
            waitingRows = 0;
            addBlock(block);
        }

        /** @param block float64 [n, dimension]; overwritten */
        void addBlock(Tensor block) {
            int n = (int) block.dim(0);
            DoubleBuffer rows = block.doubles();
            double[] line = new double[dimension];
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
            merge(n, own, products.ofColumns(block, block).doubles());
        }

        private void merge(int n, double[] own, DoubleBuffer ownScatter) {
            double weight = (double) count * n / (count + n);
            double[] line = new double[dimension];
            double[] difference = new double[dimension];
            for (int c = 0; c < dimension; c++) {
                difference[c] = own[c] - mean[c];
            }
            for (int r = 0; r < dimension; r++) {
                ownScatter.get(r * dimension, line);
                double factor = weight * difference[r];
                int at = r * dimension;
                for (int c = 0; c < dimension; c++) {
                    scatter[at + c] += line[c] + factor * difference[c];
                }
            }
            for (int c = 0; c < dimension; c++) {
                mean[c] += difference[c] * n / (count + n);
            }
            count += n;
        }
    }
}
