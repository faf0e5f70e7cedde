package io.adm4j.harness.metrics;

import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Improved precision and recall (Kynkäänniemi et al. 2019, eq. 1 and 2). A set's manifold is the union of balls around
 * its features, each reaching to the point's k-th nearest neighbour in the set (the point itself is neighbour 0).
 * Precision is the share of the samples that lie in the manifold of the reference, recall the share of the reference
 * that lies in the manifold of the samples.
 *
 * <p>Squared Euclidean distances in double precision, block by block: memory grows with the number of points, not with
 * its square.
 *
 * @param precision from 0 to 1
 * @param recall from 0 to 1
 * @param k which neighbour's distance is the radius
 */
public record PrecisionRecall(double precision, double recall, int k) {
    /** The neighbour that the published evaluators take. */
    public static final int PUBLISHED_K = 3;

    private static final int BLOCK = 1024;
    /** Distances this small against the vectors' squared lengths are rounding: the points are equal. */
    private static final double EQUAL = 1e-13;

    /**
     * @param k at least 1
     * @param pairs is told how many pairs of points were compared since the last time, {@link #pairs} in all
     * @throws IllegalArgumentException if a set has no more than k points or the features differ in length
     */
    public static PrecisionRecall between(
            FeatureMatrix reference, FeatureMatrix samples, int k, MatrixProducts products, LongConsumer pairs) {
        if (reference.columns() != samples.columns()) {
            throw new IllegalArgumentException("Features of " + reference.columns() + " and of " + samples.columns()
                    + " elements cannot be compared; take both sets from one feature network.");
        }
        if (k < 1 || Math.min(reference.rows(), samples.rows()) <= k) {
            throw new IllegalArgumentException("Precision and recall with k = " + k + " take more than " + k
                    + " pictures in each set; there are " + reference.rows() + " and " + samples.rows() + ".");
        }
        // Distances do not change with the origin, but lose fewer digits near it.
        double[] origin = meanOf(reference);
        double[] referenceRadii = new Neighbours(reference, origin, k).radii(products, pairs);
        double[] sampleRadii = new Neighbours(samples, origin, k).radii(products, pairs);
        boolean[] referenceInside = new boolean[reference.rows()];
        boolean[] sampleInside = new boolean[samples.rows()];
        for (int i = 0; i < reference.rows(); i += BLOCK) {
            Rows a = Rows.of(reference, i, origin);
            for (int j = 0; j < samples.rows(); j += BLOCK) {
                Rows b = Rows.of(samples, j, origin);
                DoubleBuffer inner = products.ofRows(a.values, b.values).doubles();
                double[] line = new double[b.count];
                for (int r = 0; r < a.count; r++) {
                    inner.get(r * b.count, line);
                    double radius = referenceRadii[i + r];
                    for (int c = 0; c < b.count; c++) {
                        double d = squaredDistance(a.lengths[r], b.lengths[c], line[c]);
                        sampleInside[j + c] |= d <= radius;
                        referenceInside[i + r] |= d <= sampleRadii[j + c];
                    }
                }
                pairs.accept((long) a.count * b.count);
            }
        }
        return new PrecisionRecall(share(sampleInside), share(referenceInside), k);
    }

    /** How many pairs of points {@link #between} compares for sets of these sizes. */
    public static long pairs(int reference, int samples) {
        return (long) reference * samples + Neighbours.pairs(reference) + Neighbours.pairs(samples);
    }

    private static double squaredDistance(double length, double otherLength, double inner) {
        double d = length + otherLength - 2 * inner;
        return d <= EQUAL * (length + otherLength) ? 0 : d;
    }

    private static double share(boolean[] inside) {
        int count = 0;
        for (boolean b : inside) {
            count += b ? 1 : 0;
        }
        return count / (double) inside.length;
    }

    private static double[] meanOf(FeatureMatrix features) {
        double[] mean = new double[features.columns()];
        for (int r = 0; r < features.rows(); r++) {
            for (int c = 0; c < mean.length; c++) {
                mean[c] += features.get(r, c) / (double) features.rows();
            }
        }
        return mean;
    }

    /** A block of feature vectors and their squared lengths. */
    private record Rows(int count, Tensor values, double[] lengths) {
        static Rows of(FeatureMatrix features, int from, double[] origin) {
            int to = Math.min(features.rows(), from + BLOCK);
            Tensor values = features.shifted(from, to, origin);
            double[] lengths = new double[to - from];
            double[] line = new double[features.columns()];
            DoubleBuffer rows = values.doubles();
            for (int r = 0; r < lengths.length; r++) {
                rows.get(line);
                double sum = 0;
                for (double v : line) {
                    sum += v * v;
                }
                lengths[r] = sum;
            }
            return new Rows(to - from, values, lengths);
        }
    }

    /** Distances of the points of one set to their nearest neighbours in it. */
    private static final class Neighbours {
        private final FeatureMatrix features;
        private final double[] origin;
        private final int k;
        /** For each point the k smallest squared distances so far, ascending. */
        private final double[] nearest;

        Neighbours(FeatureMatrix features, double[] origin, int k) {
            this.features = features;
            this.origin = origin;
            this.k = k;
            this.nearest = new double[Math.multiplyExact(features.rows(), k)];
            Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        }

        static long pairs(int points) {
            long all = 0;
            for (int i = 0; i < points; i += BLOCK) {
                all += (long) Math.min(BLOCK, points - i) * (points - i);
            }
            return all;
        }

        /** Squared distance of each point to its k-th neighbour. */
        double[] radii(MatrixProducts products, LongConsumer pairs) {
            for (int i = 0; i < features.rows(); i += BLOCK) {
                Rows a = Rows.of(features, i, origin);
                for (int j = i; j < features.rows(); j += BLOCK) {
                    Rows b = i == j ? a : Rows.of(features, j, origin);
                    compare(a, i, b, j, products.ofRows(a.values, b.values).doubles());
                    pairs.accept((long) a.count * b.count);
                }
            }
            double[] radii = new double[features.rows()];
            for (int r = 0; r < radii.length; r++) {
                radii[r] = nearest[r * k + k - 1];
            }
            return radii;
        }

        private void compare(Rows a, int aFrom, Rows b, int bFrom, DoubleBuffer inner) {
            double[] line = new double[b.count];
            for (int r = 0; r < a.count; r++) {
                inner.get(r * b.count, line);
                // Within the block on the diagonal each pair is met once: those right of the point.
                for (int c = aFrom == bFrom ? r + 1 : 0; c < b.count; c++) {
                    double d = squaredDistance(a.lengths[r], b.lengths[c], line[c]);
                    offer(aFrom + r, d);
                    offer(bFrom + c, d);
                }
            }
        }

        private void offer(int point, double distance) {
            int first = point * k;
            int at = first + k - 1;
            if (distance < nearest[at]) {
                while (at > first && nearest[at - 1] > distance) {
                    nearest[at] = nearest[at - 1];
                    at--;
                }
                nearest[at] = distance;
            }
        }
    }
}
