package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.DistanceBounds;
import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongConsumer;

/** For each point of a set the other points that may be nearest, by lower bounds of squared distances. */
final class BoundedNeighbors {
    private final int rows;
    private final int kept;
    /** For each point a heap, the largest first. */
    private final float[] bounds;
    /** The points they lead to. */
    private final int[] points;

    private BoundedNeighbors(int rows, int kept) {
        this.rows = rows;
        this.kept = kept;
        this.bounds = new float[Math.multiplyExact(rows, kept)];
        this.points = new int[bounds.length];
        Arrays.fill(bounds, Float.POSITIVE_INFINITY);
    }

    /** @param kept points kept of each, at least 1 and fewer than there are rows */
    static BoundedNeighbors of(QuantizedRows rows, int kept, DistanceBounds bounds, LongConsumer pairs) {
        BoundedNeighbors found = new BoundedNeighbors(rows.rows(), kept);
        Object[] locks = new Object[(rows.rows() + FeatureBlock.ROWS - 1) / FeatureBlock.ROWS];
        Arrays.setAll(locks, block -> new Object());
        bounds.within(rows, pairs, block -> {
            // The first rows are never behind the second, so threads do not wait for each other in a circle.
            synchronized (locks[block.from() / FeatureBlock.ROWS]) {
                synchronized (locks[block.otherFrom() / FeatureBlock.ROWS]) {
                    found.add(block);
                }
            }
        });
        return found;
    }

    private void add(DistanceBounds.Block block) {
        float[] reach = new float[block.otherCount()];
        for (int c = 0; c < reach.length; c++) {
            reach[c] = reach(block.otherFrom() + c);
        }
        for (int r = 0; r < block.count(); r++) {
            float[] row = block.row(r);
            int point = block.from() + r;
            float own = reach(point);
            // Each pair once: those right of the point.
            for (int c = Math.max(0, point + 1 - block.otherFrom()); c < reach.length; c++) {
                int other = block.otherFrom() + c;
                if (row[c] < own) {
                    replaceLargest(point, other, row[c]);
                    own = reach(point);
                }
                if (row[c] < reach[c]) {
                    replaceLargest(other, point, row[c]);
                    reach[c] = reach(other);
                }
            }
        }
    }

    private void replaceLargest(int point, int other, float bound) {
        int first = point * kept;
        int at = 0;
        for (int child = 1; child < kept; child = 2 * at + 1) {
            int larger = child + 1 < kept && bounds[first + child + 1] > bounds[first + child] ? child + 1 : child;
            if (bounds[first + larger] <= bound) {
                break;
            }
            bounds[first + at] = bounds[first + larger];
            points[first + at] = points[first + larger];
            at = larger;
        }
        bounds[first + at] = bound;
        points[first + at] = other;
    }

    private float reach(int point) {
        return bounds[point * kept];
    }

    /** Makes a point's heap a list, ascending. */
    private void sort(int point) {
        int first = point * kept;
        for (int i = first + 1; i < first + kept; i++) {
            float bound = bounds[i];
            int other = points[i];
            int at = i;
            for (; at > first && bounds[at - 1] > bound; at--) {
                bounds[at] = bounds[at - 1];
                points[at] = points[at - 1];
            }
            bounds[at] = bound;
            points[at] = other;
        }
    }

    /**
     * Keeps the smallest distances of a point to itself and to those that are kept. To be asked once for each point, when all were met.
     *
     * @param distance of the point to another
     * @param nearest takes the smallest; infinite
     * @return whether none that is not kept can be nearer than the last of them
     */
    boolean nearest(int point, IntToDoubleFunction distance, double[] nearest) {
        offer(nearest, distance.applyAsDouble(point));
        sort(point);
        for (int at = point * kept; at < (point + 1) * kept; at++) {
            if (bounds[at] >= nearest[nearest.length - 1]) {
                return true;
            }
            offer(nearest, distance.applyAsDouble(points[at]));
        }
        return nearest[nearest.length - 1] == 0 || kept == rows - 1;
    }

    /** Keeps a distance among the smallest, which are ascending. */
    static void offer(double[] nearest, double distance) {
        int at = nearest.length - 1;
        if (distance < nearest[at]) {
            for (; at > 0 && nearest[at - 1] > distance; at--) {
                nearest[at] = nearest[at - 1];
            }
            nearest[at] = distance;
        }
    }
}
