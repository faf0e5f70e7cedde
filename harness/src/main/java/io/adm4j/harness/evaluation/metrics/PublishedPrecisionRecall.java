package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Precision and recall to the digits of the published evaluator, which takes squared distances in float16: features,
 * squares, sums of these, inner products and the steps from there to a distance are each rounded. Squared distances near
 * 200 are then multiples of 1/8, and a point at the distance of a radius belongs to the ball, so the shares differ from
 * those of {@link NeighborhoodScores} by some thousandths.
 *
 * <p>Inner products are added up in float64 before they are rounded, so that shares are the same on every processor. TensorFlow adds
 * them in float32, in an order that depends on the processor: now and then one is the next float16 number there, which may change
 * a share by a few points of a set.
 *
 * <p>As for {@link NeighborhoodScores}, lower bounds from small integers say which pairs are compared at all.
 * Memory beside the features: three quarters as much, a few blocks, and some numbers a point.
 *
 * @param precision share of the samples within a ball of the reference
 * @param recall share of the reference within a ball of the samples
 */
public record PublishedPrecisionRecall(double precision, double recall) {
    /**
     * @param k at least 1; each set has more points
     * @param pairs receives the number of pairs of points compared since the last call, {@link NeighborhoodScores#pairs} in
     *     all
     * @return empty if the features are too large for float16; the published evaluator does without it then
     */
    public static Optional<PublishedPrecisionRecall> between(
            FeatureMatrix reference, FeatureMatrix samples, int k, MatrixProducts products, LongConsumer pairs) {
        double[] origin = reference.mean();
        return PublishedPoints.of(reference, origin, products)
                .flatMap(referencePoints -> PublishedPoints.of(samples, origin, products)
                        .map(samplePoints -> between(referencePoints, samplePoints, k, products, pairs)));
    }

    private static PublishedPrecisionRecall between(
            PublishedPoints reference, PublishedPoints samples, int k, MatrixProducts products, LongConsumer pairs) {
        BallMembers members = BallMembers.of(reference, samples, false, k, products, pairs);
        return new PublishedPrecisionRecall(
                NeighborhoodScores.share(members.samples()), NeighborhoodScores.share(members.reference()));
    }
}
