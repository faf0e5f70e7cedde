package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.HalfFloat;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Precision and recall to the digits of the published evaluator, which takes squared distances in float16: features,
 * squares, sums of these, inner products and the steps from there to a distance are each rounded. Squared distances near
 * 200 are then multiples of 1/8, and a point at the distance of a radius belongs to the ball, so the shares differ from
 * those of {@link NeighborhoodScores} by some thousandths.
 *
 * @param precision share of the samples within a ball of the reference
 * @param recall share of the reference within a ball of the samples
 */
public record PublishedPrecisionRecall(double precision, double recall) {
    /** Squared lengths up to here cannot make a distance overflow. */
    private static final float LARGEST_LENGTH = HalfFloat.MAX_VALUE / 2;

    /**
     * @param k at least 1; each set has more points
     * @param pairs receives the number of pairs of points compared since the last call, {@link NeighborhoodScores#pairs} in
     *     all
     * @return empty if the features are too large for float16; the published evaluator does without it then
     */
    static Optional<PublishedPrecisionRecall> between(
            FeatureMatrix reference, FeatureMatrix samples, int k, MatrixProducts products, LongConsumer pairs) {
        if (overflows(reference) || overflows(samples)) {
            return Optional.empty();
        }
        InnerProducts inner = new InnerProducts(products);
        float[] referenceRadii = radii(reference, k, inner, pairs);
        float[] sampleRadii = radii(samples, k, inner, pairs);
        boolean[] sampleIsIn = new boolean[samples.rows()];
        boolean[] referenceIsIn = new boolean[reference.rows()];
        inner.between(FeatureBlock.inHalf(reference), FeatureBlock.inHalf(samples), pairs, (some, others) -> {
            for (int r = 0; r < some.count(); r++) {
                int image = some.from() + r;
                float[] row = inner.row(r);
                for (int c = 0; c < others.count(); c++) {
                    int sample = others.from() + c;
                    float distance = distance(some.length(r), others.length(c), row[c]);
                    sampleIsIn[sample] |= distance <= referenceRadii[image];
                    referenceIsIn[image] |= distance <= sampleRadii[sample];
                }
            }
        });
        return Optional.of(new PublishedPrecisionRecall(
                NeighborhoodScores.share(sampleIsIn), NeighborhoodScores.share(referenceIsIn)));
    }

    /** Whether the features are too large for float16. */
    static boolean overflows(FeatureMatrix features) {
        FeatureBlock block = FeatureBlock.inHalf(features);
        for (int i = 0; i < features.rows(); i += FeatureBlock.ROWS) {
            block.load(i);
            for (int r = 0; r < block.count(); r++) {
                // Written so that NaN overflows too.
                if (!(block.length(r) <= LARGEST_LENGTH)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The squared distance of two points, rounded step by step; which of them comes first matters. */
    static float distance(double length, double otherLength, float product) {
        float difference = HalfFloat.rounded((float) length - 2 * HalfFloat.rounded(product));
        return Math.max(HalfFloat.rounded(difference + (float) otherLength), 0);
    }

    /** The (k + 1)-th smallest distance of each point to the points of its set, itself among them. */
    private static float[] radii(FeatureMatrix features, int k, InnerProducts inner, LongConsumer pairs) {
        int kept = k + 1;
        float[] nearest = new float[Math.multiplyExact(features.rows(), kept)];
        Arrays.fill(nearest, Float.POSITIVE_INFINITY);
        nearestWithin(features, nearest, kept, inner, pairs);
        float[] radii = new float[features.rows()];
        for (int point = 0; point < radii.length; point++) {
            radii[point] = nearest[point * kept + k];
        }
        return radii;
    }

    /**
     * Offers each point all distances to the points of its set, itself among them.
     *
     * @param nearest {@code kept} for each point
     */
    static void nearestWithin(
            FeatureMatrix features, float[] nearest, int kept, InnerProducts inner, LongConsumer pairs) {
        inner.within(FeatureBlock.inHalf(features), FeatureBlock.inHalf(features), pairs, (a, b) -> {
            for (int r = 0; r < a.count(); r++) {
                float[] row = inner.row(r);
                for (int c = 0; c < b.count(); c++) {
                    offer(nearest, (a.from() + r) * kept, kept, distance(a.length(r), b.length(c), row[c]));
                    // The block on the diagonal holds each pair both ways round already.
                    if (a != b) {
                        offer(nearest, (b.from() + c) * kept, kept, distance(b.length(c), a.length(r), row[c]));
                    }
                }
            }
        });
    }

    /** Keeps a distance if it is among the smallest so far, which are ascending. */
    static void offer(float[] nearest, int first, int kept, float distance) {
        int at = first + kept - 1;
        if (distance < nearest[at]) {
            while (at > first && nearest[at - 1] > distance) {
                nearest[at] = nearest[at - 1];
                at--;
            }
            nearest[at] = distance;
        }
    }
}
