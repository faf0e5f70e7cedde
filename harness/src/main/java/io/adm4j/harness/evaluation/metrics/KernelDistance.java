package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.Shuffle;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * The squared maximum mean discrepancy between two sets of features with the kernel {@code (xᵀy / D + 1)³}; on Inception
 * features the KID (Bińkowski et al. 2018, section 4):
 *
 * <pre>1/(m(m-1)) Σ_{i≠j} k(x_i, x_j) + 1/(n(n-1)) Σ_{i≠j} k(y_i, y_j) - 2/(mn) Σ k(x_i, y_j)</pre>
 *
 * <p>It is unbiased, so it can be a little below 0 for equal distributions, and does not depend on how many samples there
 * are. From sets of more than 1,000 it is the mean over 100 random subsets of 1,000 images each, as customary; the
 * standard error is that of this mean. Smaller sets are taken whole, with the standard error of such an average over pairs
 * from the spread of each image's part in it (Hoeffding 1948); the larger set then gives at most 10,000 images.
 *
 * @param standardError of the value
 * @param subsets how many subsets were averaged; 1 where the sets were taken whole
 * @param referenceSize images of the reference in each
 * @param sampleSize samples in each
 */
public record KernelDistance(double value, double standardError, int subsets, int referenceSize, int sampleSize) {
    static final int SUBSETS = 100;
    static final int SUBSET_SIZE = 1000;
    private static final int MOST = 10_000;
    private static final int BLOCK = 1000;

    /**
     * @param seed of the choice of subsets
     * @param pairs receives the number of pairs of points compared since the last call, {@link #pairs} in all
     * @throws IllegalArgumentException if a set has fewer than 2 points or the features differ in length
     */
    public static KernelDistance between(
            FeatureMatrix reference, FeatureMatrix samples, long seed, MatrixProducts products, LongConsumer pairs) {
        if (reference.columns() != samples.columns()) {
            throw new IllegalArgumentException("Features of " + reference.columns() + " and of " + samples.columns()
                    + " elements cannot be compared; take both sets from one feature network.");
        }
        if (Math.min(reference.rows(), samples.rows()) < 2) {
            throw new IllegalArgumentException("A kernel distance takes at least 2 images in each set; there are "
                    + reference.rows() + " and " + samples.rows() + ".");
        }
        SplittableRandom random = new SplittableRandom(seed);
        Kernel kernel = new Kernel(reference.columns(), products, pairs);
        int[] rows = IntStream.range(0, reference.rows()).toArray();
        int[] otherRows = IntStream.range(0, samples.rows()).toArray();
        if (whole(reference.rows(), samples.rows())) {
            int m = Math.min(MOST, rows.length);
            int n = Math.min(MOST, otherRows.length);
            Shuffle.mix(rows, m, random);
            Shuffle.mix(otherRows, n, random);
            Estimate all = Estimate.of(reference, Arrays.copyOf(rows, m), samples, Arrays.copyOf(otherRows, n), kernel);
            return new KernelDistance(all.value(), all.standardError(), 1, m, n);
        }
        double[] values = new double[SUBSETS];
        for (int s = 0; s < SUBSETS; s++) {
            Shuffle.mix(rows, SUBSET_SIZE, random);
            Shuffle.mix(otherRows, SUBSET_SIZE, random);
            values[s] = Estimate.of(
                            reference,
                            Arrays.copyOf(rows, SUBSET_SIZE),
                            samples,
                            Arrays.copyOf(otherRows, SUBSET_SIZE),
                            kernel)
                    .value();
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance =
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (SUBSETS - 1);
        return new KernelDistance(mean, Math.sqrt(variance / SUBSETS), SUBSETS, SUBSET_SIZE, SUBSET_SIZE);
    }

    /**
     * By how much each image moves the discrepancy, times the number of images of its set, less the mean, to first order: of
     * the sets taken whole, or of a random choice of 10,000 of a set.
     */
    record Influence(double[] ofReference, double[] ofSamples) {
        /**
         * @param seed of the choice
         * @param pairs receives the number of pairs of points compared since the last call
         */
        static Influence of(
                FeatureMatrix reference,
                FeatureMatrix samples,
                long seed,
                MatrixProducts products,
                LongConsumer pairs) {
            SplittableRandom random = new SplittableRandom(seed);
            int[] rows = Arrays.copyOf(Shuffle.of(reference.rows(), random), Math.min(MOST, reference.rows()));
            int[] otherRows = Arrays.copyOf(Shuffle.of(samples.rows(), random), Math.min(MOST, samples.rows()));
            double[] within = new double[otherRows.length];
            double[] across = new double[rows.length];
            double[] otherAcross = new double[otherRows.length];
            Kernel kernel = new Kernel(reference.columns(), products, pairs);
            kernel.sum(samples, otherRows, samples, otherRows, within, null);
            kernel.sum(reference, rows, samples, otherRows, across, otherAcross);
            // The kernels within the reference are the same for all samples.
            return new Influence(
                    doubled(Estimate.parts(new double[rows.length], across, otherRows.length)),
                    doubled(Estimate.parts(within, otherAcross, rows.length)));
        }

        private static double[] doubled(double[] parts) {
            return PairedBootstrap.centered(
                    Arrays.stream(parts).map(part -> 2 * part).toArray());
        }
    }

    /**
     * How far the choice of the subsets moves the difference between two discrepancies, which use the same ones; 0 where sets
     * of these sizes are taken whole.
     *
     * @return standard error
     */
    static double choiceError(Influence first, Influence second, int reference, int samples) {
        return whole(reference, samples)
                ? 0
                : Math.sqrt((ofSubset(first.ofReference(), second.ofReference(), reference)
                                + ofSubset(first.ofSamples(), second.ofSamples(), samples))
                        / SUBSETS);
    }

    private static double ofSubset(double[] first, double[] second, int all) {
        double square = 0;
        for (int i = 0; i < first.length; i++) {
            square += (second[i] - first[i]) * (second[i] - first[i]) / first.length;
        }
        return square / SUBSET_SIZE * (1 - SUBSET_SIZE / (double) all);
    }

    /** How many pairs of points {@link #between} compares for sets of these sizes. */
    public static long pairs(int reference, int samples) {
        if (!whole(reference, samples)) {
            return 3L * SUBSETS * SUBSET_SIZE * SUBSET_SIZE;
        }
        long m = Math.min(MOST, reference);
        long n = Math.min(MOST, samples);
        return m * m + n * n + m * n;
    }

    private static boolean whole(int reference, int samples) {
        return Math.min(reference, samples) <= SUBSET_SIZE;
    }

    /** The discrepancy of two sets taken whole. */
    private record Estimate(double value, double standardError) {
        static Estimate of(FeatureMatrix reference, int[] rows, FeatureMatrix samples, int[] otherRows, Kernel kernel) {
            int m = rows.length;
            int n = otherRows.length;
            double[] within = new double[m];
            double[] otherWithin = new double[n];
            double[] across = new double[m];
            double[] otherAcross = new double[n];
            kernel.sum(reference, rows, reference, rows, within, null);
            kernel.sum(samples, otherRows, samples, otherRows, otherWithin, null);
            kernel.sum(reference, rows, samples, otherRows, across, otherAcross);
            double value = Arrays.stream(within).sum() / m / (m - 1)
                    + Arrays.stream(otherWithin).sum() / n / (n - 1)
                    - 2 * Arrays.stream(across).sum() / m / n;
            return new Estimate(
                    value, 2 * Math.sqrt(variance(within, across, n) / m + variance(otherWithin, otherAcross, m) / n));
        }

        /** Each point's mean kernel with its own set less that with the other. */
        private static double[] parts(double[] within, double[] across, int others) {
            int n = within.length;
            double[] parts = new double[n];
            for (int i = 0; i < n; i++) {
                parts[i] = within[i] / (n - 1) - across[i] / others;
            }
            return parts;
        }

        private static double variance(double[] within, double[] across, int others) {
            double sum = 0;
            for (double p : PairedBootstrap.centered(parts(within, across, others))) {
                sum += p * p;
            }
            return sum / (within.length - 1);
        }
    }

    /** Sums of the kernel over pairs of points, block by block. */
    private static final class Kernel {
        private final double[] zero;
        private final MatrixProducts products;
        private final LongConsumer pairs;
        private final Tensor a;
        private final Tensor b;
        private final Tensor inner;

        Kernel(int columns, MatrixProducts products, LongConsumer pairs) {
            this.zero = new double[columns];
            this.products = products;
            this.pairs = pairs;
            this.a = Tensor.zeros(ElementType.FLOAT64, BLOCK, columns);
            this.b = Tensor.zeros(ElementType.FLOAT64, BLOCK, columns);
            this.inner = Tensor.zeros(ElementType.FLOAT64, (long) BLOCK * BLOCK);
        }

        /**
         * @param sums receives for each point of the first set the sum over the second; of a set with itself without the
         *     point itself
         * @param otherSums the same for the points of the second; null where both are the same set
         */
        void sum(
                FeatureMatrix first,
                int[] rows,
                FeatureMatrix second,
                int[] otherRows,
                double[] sums,
                double[] otherSums) {
            boolean same = otherSums == null;
            for (int i = 0; i < rows.length; i += BLOCK) {
                int m = load(first, rows, i, a);
                for (int j = 0; j < otherRows.length; j += BLOCK) {
                    int n = load(second, otherRows, j, b);
                    Tensor product = inner.rows(0, (long) m * n).reshape(m, n);
                    products.ofRows(a.rows(0, m), b.rows(0, n), product);
                    add(product.doubles(), m, n, i, j, same, sums, otherSums);
                    pairs.accept((long) m * n);
                }
            }
        }

        private int load(FeatureMatrix features, int[] rows, int from, Tensor into) {
            int count = Math.min(BLOCK, rows.length - from);
            DoubleBuffer out = into.doubles();
            double[] line = new double[zero.length];
            for (int r = 0; r < count; r++) {
                features.shiftedRow(rows[from + r], zero, line);
                out.put(line);
            }
            return count;
        }

        private void add(
                DoubleBuffer inner, int m, int n, int i, int j, boolean same, double[] sums, double[] otherSums) {
            double[] line = new double[n];
            for (int r = 0; r < m; r++) {
                inner.get(line);
                double sum = 0;
                for (int c = 0; c < n; c++) {
                    double base = line[c] / zero.length + 1;
                    double value = base * base * base;
                    if (!same) {
                        otherSums[j + c] += value;
                    } else if (i + r == j + c) {
                        continue;
                    }
                    sum += value;
                }
                sums[i + r] += sum;
            }
        }
    }
}
