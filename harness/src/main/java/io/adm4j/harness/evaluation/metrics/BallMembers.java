package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.DistanceBounds;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Which points of two sets are in each other's balls. Marks are only ever set, so threads need not wait for each other.
 */
final class BallMembers {
    private final PairDistances distances;
    private final boolean counts;
    private final double[] referenceRadii;
    private final double[] sampleRadii;
    private final boolean[] sampleIsIn;
    private final boolean[] referenceIsIn;
    private final boolean[] covered;
    private final LongAdder balls = new LongAdder();

    private BallMembers(PairDistances distances, boolean counts, double[] referenceRadii, double[] sampleRadii) {
        this.distances = distances;
        this.counts = counts;
        this.referenceRadii = referenceRadii;
        this.sampleRadii = sampleRadii;
        this.sampleIsIn = new boolean[sampleRadii.length];
        this.referenceIsIn = new boolean[referenceRadii.length];
        this.covered = new boolean[referenceRadii.length];
    }

    /**
     * Compares all pairs of two sets, in each of which balls reach to a point's k-th nearest neighbor.
     *
     * @param counts whether {@link #balls} and {@link #covered} are asked for; without them fewer distances are needed
     * @param pairs receives the number of pairs of points compared since the last call, {@link NeighborhoodScores#pairs} in all
     */
    static <S extends PointSet<S>> BallMembers of(
            S reference, S samples, boolean counts, int k, MatrixProducts products, LongConsumer pairs) {
        return of(
                reference,
                samples,
                counts,
                BallRadii.of(reference, k, products, pairs),
                BallRadii.of(samples, k, products, pairs),
                products,
                pairs);
    }

    /**
     * Compares all pairs.
     *
     * @param counts whether {@link #balls} and {@link #covered} are asked for; without them fewer distances are needed
     * @param referenceRadii squared, of the balls around the reference
     * @param sampleRadii squared, of the balls around the samples
     * @param pairs receives the number of pairs of points compared since the last call
     */
    static <S extends PointSet<S>> BallMembers of(
            S reference,
            S samples,
            boolean counts,
            double[] referenceRadii,
            double[] sampleRadii,
            MatrixProducts products,
            LongConsumer pairs) {
        BallMembers members = new BallMembers(reference.to(samples), counts, referenceRadii, sampleRadii);
        new DistanceBounds(products).between(reference.rows(), samples.rows(), pairs, members::add);
        return members;
    }

    private void add(DistanceBounds.Block block) {
        NearPairs near = new NearPairs(block);
        float[] otherRadii = new float[block.otherCount()];
        for (int c = 0; c < otherRadii.length; c++) {
            otherRadii[c] = above(sampleRadii[block.otherFrom() + c]);
        }
        for (int r = 0; r < block.count(); r++) {
            float[] row = block.row(r);
            float radius = above(referenceRadii[block.from() + r]);
            // Whether a point that is in one ball is in another too does not matter.
            boolean open = !referenceIsIn[block.from() + r];
            for (int c = 0; c < row.length; c++) {
                if (row[c] <= radius && (counts || !sampleIsIn[block.otherFrom() + c])
                        || open && row[c] <= otherRadii[c]) {
                    near.add(r, c);
                }
            }
        }
        near.each(distances, this::add);
    }

    /** A float32 number, which bounds are. */
    private static float above(double radius) {
        return Math.nextUp((float) radius);
    }

    private void add(int i, int j, double least, double most) {
        double reference = referenceRadii[i];
        double sample = sampleRadii[j];
        if (least > Math.max(reference, sample)) {
            return;
        }
        boolean sure = least == most || (most < reference || least > reference) && (most < sample || least > sample);
        add(i, j, sure ? least : distances.of(i, j));
    }

    private void add(int i, int j, double distance) {
        if (distance <= referenceRadii[i]) {
            sampleIsIn[j] = true;
        }
        if (distance <= sampleRadii[j]) {
            referenceIsIn[i] = true;
        }
        if (counts && distance < referenceRadii[i]) {
            covered[i] = true;
            balls.increment();
        }
    }

    /** The samples in a ball around the reference, the rim included. */
    boolean[] samples() {
        return sampleIsIn;
    }

    /** The reference in a ball around a sample, the rim included. */
    boolean[] reference() {
        return referenceIsIn;
    }

    /** The reference whose balls hold a sample, the rim excluded. */
    boolean[] covered() {
        return covered;
    }

    /** Pairs of a sample and a ball around the reference that it is in, the rim excluded. */
    long balls() {
        return balls.sum();
    }
}
