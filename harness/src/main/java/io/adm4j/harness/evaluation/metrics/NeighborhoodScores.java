package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.function.LongConsumer;

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
 * <p>Lower bounds from small integers ({@link QuantizedRows}) say which pairs can be so near that a radius could reach, some in a
 * hundred; their distances are computed in float64 from the features. In blocks where that is too many, inner products in float32
 * leave those to float64 that rounding could decide. Memory beside the features: a quarter as much, a few blocks, and some numbers a point.
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
        // Distances do not change with the origin, but lose fewer digits near it.
        double[] origin = reference.mean();
        BallMembers members = BallMembers.of(
                new ExactPoints(reference, origin, products),
                new ExactPoints(samples, origin, products),
                true,
                k,
                products,
                pairs);
        return new NeighborhoodScores(
                share(members.samples()),
                share(members.reference()),
                members.balls() / ((double) k * samples.rows()),
                share(members.covered()),
                k);
    }

    /** How many pairs of points {@link #between} compares for sets of these sizes. */
    public static long pairs(int reference, int samples) {
        return (long) reference * samples + BallRadii.pairs(reference) + BallRadii.pairs(samples);
    }

    /** How a definition says how far the balls reach. */
    static String reach(int k) {
        return " reaching to the k-th nearest neighbor, k = " + k + ",";
    }

    /** Which part of the points is marked, from 0 to 1. */
    static double share(boolean[] points) {
        int count = 0;
        for (boolean b : points) {
            count += b ? 1 : 0;
        }
        return count / (double) points.length;
    }
}
