package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Scores of how many points of two sets of features are in each other's neighborhoods. Around each point of a set is a
 * ball that reaches to the point's k-th nearest neighbor in the set (the point itself is neighbor 0).
 *
 * <ul>
 *   <li>Precision and recall (Kynkäänniemi et al. 2019, eq. 1 and 2): the share of the samples in a ball of the
 *       reference, and the share of the reference in a ball of the samples; the rim belongs to the ball.
 *   <li>Density and coverage (Naeem et al. 2020, eq. 3 and 4): how many balls of the reference contain a sample on
 *       average, divided by k, and the share of the reference's balls that hold a sample; the rim does not belong to the
 *       ball, as in the published code.
 * </ul>
 *
 * <p>Inner products in float32 find the distances; where one is so near to a radius that rounding could decide, it is
 * computed again in float64 from the features. Memory beside the features: a few blocks, and a few numbers a point.
 *
 * @param precision from 0 to 1
 * @param recall from 0 to 1
 * @param density at least 0; about 1 for samples from the reference's distribution
 * @param coverage from 0 to 1
 * @param k which neighbor's distance is the radius
 */
public record NeighborhoodScores(double precision, double recall, double density, double coverage, int k) {

    /**
     * @param k at least 1
     * @param pairs receives the number of pairs of points compared since the last call, {@link #pairs} in all
     * @throws IllegalArgumentException if a set has no more than k points or the features differ in length
     */
    public static NeighborhoodScores between(
            FeatureMatrix reference, FeatureMatrix samples, int k, MatrixProducts products, LongConsumer pairs) {
        if (reference.columns() != samples.columns()) {
            throw new IllegalArgumentException("Features of " + reference.columns() + " and of " + samples.columns()
                    + " elements cannot be compared; take both sets from one feature network.");
        }
        if (k < 1 || Math.min(reference.rows(), samples.rows()) <= k) {
            throw new IllegalArgumentException("Neighborhoods with k = " + k + " take more than " + k
                    + " images in each set; there are " + reference.rows() + " and " + samples.rows() + ".");
        }
        InnerProducts inner = new InnerProducts(products);
        double[] referenceRadii = Radii.of(reference, k, inner, pairs);
        double[] sampleRadii = Radii.of(samples, k, inner, pairs);
        // Distances do not change with the origin, but lose fewer digits near it.
        double[] origin = reference.mean();
        Tally tally = new Tally(reference, samples, referenceRadii, sampleRadii);
        inner.between(
                new FeatureBlock(reference, origin),
                new FeatureBlock(samples, origin),
                pairs,
                (a, b) -> tally.add(a, b, inner));
        return tally.scores(k);
    }

    /** How many pairs of points {@link #between} compares for sets of these sizes. */
    public static long pairs(int reference, int samples) {
        return (long) reference * samples + Radii.pairs(reference) + Radii.pairs(samples);
    }

    /** How a definition says how far the balls reach. */
    static String reach(int k) {
        return " reaching to the k-th nearest neighbor, k = " + k + ",";
    }

    /**
     * How far a squared distance from float32 inner products may be from the true one, as a share of the two squared
     * lengths: each of the {@code columns} terms is rounded when it is added, and the features were when they were shifted.
     */
    static double rounding(int columns) {
        return (columns + 8) * 0x1p-24;
    }

    /** Which part of the points is marked, from 0 to 1. */
    static double share(boolean[] points) {
        int count = 0;
        for (boolean b : points) {
            count += b ? 1 : 0;
        }
        return count / (double) points.length;
    }

    /** What was found of the points so far. */
    private static final class Tally {
        private final FeatureMatrix reference;
        private final FeatureMatrix samples;
        private final double[] referenceRadii;
        private final double[] sampleRadii;
        private final double rounding;
        private final boolean[] sampleIsIn;
        private final boolean[] referenceIsIn;
        private final boolean[] covered;
        private long balls;

        Tally(FeatureMatrix reference, FeatureMatrix samples, double[] referenceRadii, double[] sampleRadii) {
            this.reference = reference;
            this.samples = samples;
            this.referenceRadii = referenceRadii;
            this.sampleRadii = sampleRadii;
            this.rounding = rounding(reference.columns());
            this.sampleIsIn = new boolean[samples.rows()];
            this.referenceIsIn = new boolean[reference.rows()];
            this.covered = new boolean[reference.rows()];
        }

        void add(FeatureBlock a, FeatureBlock b, InnerProducts inner) {
            for (int r = 0; r < a.count(); r++) {
                int i = a.from() + r;
                float[] products = inner.row(r);
                double length = a.length(r);
                double radius = referenceRadii[i];
                for (int c = 0; c < b.count(); c++) {
                    int j = b.from() + c;
                    double both = length + b.length(c);
                    double margin = rounding * both;
                    double distance = both - 2 * products[c];
                    double otherRadius = sampleRadii[j];
                    if (distance > Math.max(radius, otherRadius) + margin) {
                        continue;
                    }
                    if (Math.abs(distance - radius) <= margin || Math.abs(distance - otherRadius) <= margin) {
                        distance = reference.squaredDistance(i, samples, j);
                    }
                    sampleIsIn[j] |= distance <= radius;
                    referenceIsIn[i] |= distance <= otherRadius;
                    if (distance < radius) {
                        covered[i] = true;
                        balls++;
                    }
                }
            }
        }

        NeighborhoodScores scores(int k) {
            return new NeighborhoodScores(
                    share(sampleIsIn),
                    share(referenceIsIn),
                    balls / ((double) k * sampleIsIn.length),
                    share(covered),
                    k);
        }
    }

    /** Squared distances of the points of one set to their k-th nearest neighbors in it. */
    private static final class Radii {
        /** Neighbors that are kept beyond the k-th, because float32 may have them in another order. */
        private static final int SPARE = 5;

        private final FeatureMatrix features;
        private final NearestNeighbors neighbors;

        private Radii(FeatureMatrix features, NearestNeighbors neighbors) {
            this.features = features;
            this.neighbors = neighbors;
        }

        static long pairs(int points) {
            long all = 0;
            for (int i = 0; i < points; i += FeatureBlock.ROWS) {
                all += (long) Math.min(FeatureBlock.ROWS, points - i) * (points - i);
            }
            return all;
        }

        static double[] of(FeatureMatrix features, int k, InnerProducts inner, LongConsumer pairs) {
            Radii found = new Radii(
                    features, NearestNeighbors.of(features, Math.min(k + SPARE, features.rows() - 1), inner, pairs));
            return IntStream.range(0, features.rows())
                    .parallel()
                    .mapToDouble(point -> found.radius(point, k))
                    .toArray();
        }

        /**
         * The k-th smallest of the true distances to the neighbors that were kept, or to all points where rounding could
         * have kept others.
         */
        private double radius(int point, int k) {
            double radius = kthDistance(point, neighbors.of(point), k);
            // A point within the radius is at most this far from the origin.
            double length = neighbors.length(point);
            double reach = Math.sqrt(length) + Math.sqrt(radius);
            double margin = rounding(features.columns()) * (length + reach * reach);
            boolean sure =
                    radius == 0 || neighbors.kept() == features.rows() - 1 || neighbors.reach(point) - margin >= radius;
            return sure
                    ? radius
                    : kthDistance(
                            point,
                            IntStream.range(0, features.rows())
                                    .filter(p -> p != point)
                                    .toArray(),
                            k);
        }

        private double kthDistance(int point, int[] others, int k) {
            double[] distances = new double[others.length];
            for (int n = 0; n < others.length; n++) {
                distances[n] = features.squaredDistance(point, features, others[n]);
            }
            Arrays.sort(distances);
            return distances[k - 1];
        }
    }
}
