package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.DistanceBounds;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongConsumer;

/** For each point of a set the other points that may be nearest, by lower bounds of squared distances. */
final class BoundedNeighbors {
    private final int rows;
    private final int kept;
    /** For each point, ascending. */
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
        Object[] locks = new Object[rows.blocks()];
        Arrays.setAll(locks, block -> new Object());
        bounds.within(rows, pairs, block -> {
            // The first block is never behind the second, so threads do not wait for each other in a circle.
            synchronized (locks[block.index()]) {
                synchronized (locks[block.otherIndex()]) {
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
            // Within the block on the diagonal each pair is met once: those right of the point.
            for (int c = block.isOnDiagonal() ? r + 1 : 0; c < reach.length; c++) {
                int other = block.otherFrom() + c;
                if (row[c] < reach(point)) {
                    insert(point, other, row[c]);
                }
                if (row[c] < reach[c]) {
                    insert(other, point, row[c]);
                    reach[c] = reach(other);
                }
            }
        }
    }

    private void insert(int point, int other, float bound) {
        int first = point * kept;
        int at = first + kept - 1;
        while (at > first && bounds[at - 1] > bound) {
            bounds[at] = bounds[at - 1];
            points[at] = points[at - 1];
            at--;
        }
        bounds[at] = bound;
        points[at] = other;
    }

    private float reach(int point) {
        return bounds[point * kept + kept - 1];
    }

    /**
     * Keeps the smallest distances of a point to itself and to those that are kept.
     *
     * @param distance of the point to another
     * @param nearest takes the smallest; infinite
     * @return whether none that is not kept can be nearer than the last of them
     */
    boolean nearest(int point, IntToDoubleFunction distance, double[] nearest) {
        offer(nearest, distance.applyAsDouble(point));
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
