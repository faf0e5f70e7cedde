package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.DistanceBounds;
import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Which points of two sets are in each other's balls. Marks are only ever set, so threads need not wait for each other.
 */
final class BallMembers {
    /** Up to this part of the pairs of two blocks is computed pair by pair in float64, more are first looked at in float32. */
    private static final int FEW = 16;

    private final FeatureMatrix reference;
    private final FeatureMatrix samples;
    private final double[] referenceRadii;
    private final double[] sampleRadii;
    private final MatrixProducts products;
    private final BlockProducts floats;
    private final boolean[] sampleIsIn;
    private final boolean[] referenceIsIn;
    private final boolean[] covered;
    private final LongAdder balls = new LongAdder();

    /**
     * @param referenceRadii squared, of the balls around the reference
     * @param sampleRadii squared, of the balls around the samples
     * @param origin near the features
     */
    BallMembers(
            FeatureMatrix reference,
            FeatureMatrix samples,
            double[] referenceRadii,
            double[] sampleRadii,
            double[] origin,
            MatrixProducts products) {
        this.reference = reference;
        this.samples = samples;
        this.referenceRadii = referenceRadii;
        this.sampleRadii = sampleRadii;
        this.products = products;
        this.floats = new BlockProducts(reference, samples, origin, products);
        this.sampleIsIn = new boolean[samples.rows()];
        this.referenceIsIn = new boolean[reference.rows()];
        this.covered = new boolean[reference.rows()];
    }

    /**
     * Compares all pairs.
     *
     * @param referenceRows the reference's features, shifted by the origin
     * @param sampleRows the samples', shifted alike
     * @param pairs receives the number of pairs of points compared since the last call
     */
    void find(QuantizedRows referenceRows, QuantizedRows sampleRows, LongConsumer pairs) {
        new DistanceBounds(products).between(referenceRows, sampleRows, pairs, this::add);
    }

    private void add(DistanceBounds.Block block) {
        int columns = block.otherCount();
        int[] near = new int[block.count() * columns / FEW + 1];
        int found = 0;
        for (int r = 0; r < block.count(); r++) {
            float[] row = block.row(r);
            double radius = referenceRadii[block.from() + r];
            // Whether an image that is in the ball of one sample is in another's too does not matter.
            boolean open = !referenceIsIn[block.from() + r];
            for (int c = 0; c < columns; c++) {
                if (row[c] <= radius || open && row[c] <= sampleRadii[block.otherFrom() + c]) {
                    if (found == near.length) {
                        floats.each(block.from(), block.otherFrom(), this::add);
                        return;
                    }
                    near[found++] = r * columns + c;
                }
            }
        }
        for (int n = 0; n < found; n++) {
            int i = block.from() + near[n] / columns;
            int j = block.otherFrom() + near[n] % columns;
            add(i, j, reference.squaredDistance(i, samples, j));
        }
    }

    /** @param margin by which the distance may be wrong */
    private void add(int i, int j, double distance, double margin) {
        if (distance > Math.max(referenceRadii[i], sampleRadii[j]) + margin) {
            return;
        }
        boolean sure = Math.abs(distance - referenceRadii[i]) > margin && Math.abs(distance - sampleRadii[j]) > margin;
        add(i, j, sure ? distance : reference.squaredDistance(i, samples, j));
    }

    private void add(int i, int j, double distance) {
        if (distance <= referenceRadii[i]) {
            sampleIsIn[j] = true;
        }
        if (distance <= sampleRadii[j]) {
            referenceIsIn[i] = true;
        }
        if (distance < referenceRadii[i]) {
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

    /** Takes a squared distance of a row of the reference and a sample. */
    @FunctionalInterface
    private interface Distance {
        void of(int i, int j, double distance, double margin);
    }

    /** Squared distances of all pairs of two blocks in float32. */
    private static final class BlockProducts {
        private final FeatureBlock a;
        private final FeatureBlock b;
        private final InnerProducts inner;
        private final double rounding;

        BlockProducts(FeatureMatrix reference, FeatureMatrix samples, double[] origin, MatrixProducts products) {
            this.a = new FeatureBlock(reference, origin);
            this.b = new FeatureBlock(samples, origin);
            this.inner = new InnerProducts(products);
            this.rounding = NeighborhoodScores.rounding(reference.columns());
        }

        synchronized void each(int from, int otherFrom, Distance distance) {
            inner.of(a.load(from), b.load(otherFrom));
            for (int r = 0; r < a.count(); r++) {
                float[] row = inner.row(r);
                for (int c = 0; c < b.count(); c++) {
                    double both = a.length(r) + b.length(c);
                    distance.of(from + r, otherFrom + c, both - 2 * row[c], rounding * both);
                }
            }
        }
    }
}
