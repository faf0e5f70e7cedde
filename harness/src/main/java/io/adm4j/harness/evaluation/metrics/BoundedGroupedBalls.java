package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/**
 * Balls that are the same as those of whole sets, by the same bounds.
 *
 * @param <S> points with the distances of the score
 */
abstract sealed class BoundedGroupedBalls<S extends PointSet<S>> implements GroupedBalls
        permits ExactGroupedBalls, PublishedGroupedBalls {
    private final int k;
    private final boolean counts;
    private final MatrixProducts products;

    /** @param counts whether density and coverage are asked for */
    BoundedGroupedBalls(int k, boolean counts, MatrixProducts products) {
        this.k = k;
        this.counts = counts;
        this.products = products;
    }

    /** @return empty if the features have no such distances */
    abstract Optional<S> points(FeatureMatrix features, double[] origin, MatrixProducts products);

    @Override
    public final Optional<double[]> radii(FeatureGroups set, int group) {
        FeatureMatrix features = set.group(group);
        double[] origin = features.mean();
        Optional<S> own = points(features, origin, products);
        if (own.isEmpty()) {
            return Optional.empty();
        }
        BallRadii radii = new BallRadii(features.rows(), k, products);
        // Its own group first: its neighbors there spare most of those elsewhere.
        radii.addOwn(own.get(), pairs -> {});
        for (int other = 0; other < set.groups(); other++) {
            if (other != group) {
                Optional<S> others = points(set.group(other), origin, products);
                if (others.isEmpty()) {
                    return Optional.empty();
                }
                radii.add(own.get(), others.get());
            }
        }
        return Optional.of(radii.values());
    }

    @Override
    public final Members members(
            FeatureGroups reference, int group, double[] referenceRadii, FeatureGroups samples, double[] sampleRadii) {
        FeatureMatrix features = reference.group(group);
        double[] origin = features.mean();
        S own = points(features, origin, products).orElseThrow();
        BitSet sampleIsIn = new BitSet(samples.rows());
        BitSet referenceIsIn = new BitSet(features.rows());
        BitSet covered = new BitSet(features.rows());
        long balls = 0;
        for (int index = 0; index < samples.groups(); index++) {
            S others = points(samples.group(index), origin, products).orElseThrow();
            int first = samples.from(index);
            double[] radii =
                    Arrays.copyOfRange(sampleRadii, first, first + others.rows().rows());
            BallMembers found = BallMembers.of(own, others, counts, referenceRadii, radii, products, pairs -> {});
            mark(found.samples(), sampleIsIn, first);
            mark(found.reference(), referenceIsIn, 0);
            mark(found.covered(), covered, 0);
            balls += found.balls();
        }
        return new Members(sampleIsIn, referenceIsIn, covered, balls);
    }

    private static void mark(boolean[] found, BitSet points, int first) {
        for (int i = 0; i < found.length; i++) {
            if (found[i]) {
                points.set(first + i);
            }
        }
    }
}
