package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.DistanceBounds;
import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongConsumer;

/**
 * For each point of a set the other points that may be nearest, by lower bounds of squared distances. Of each there is room for twice as
 * many as are kept: another is only appended, and all are sorted when the room is full. A point's numbers are seldom in the cache, and a
 * heap would need most of them each time.
 */
final class BoundedNeighbors {
    private final int kept;
    private final int room;
    /** For each point its {@link #candidate}s. */
    private final long[] candidates;

    private final int[] counts;
    /** All points that are not among the candidates are at least as far; infinite while there are none. */
    private final float[] limits;

    private BoundedNeighbors(int rows, int kept) {
        this.kept = kept;
        this.room = 2 * kept;
        this.candidates = new long[Math.multiplyExact(rows, room)];
        this.counts = new int[rows];
        this.limits = new float[rows];
        Arrays.fill(limits, Float.POSITIVE_INFINITY);
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
        float[] otherLimits = Arrays.copyOfRange(limits, block.otherFrom(), block.otherFrom() + block.otherCount());
        for (int r = 0; r < block.count(); r++) {
            float[] row = block.row(r);
            int point = block.from() + r;
            float limit = limits[point];
            // Each pair once: those right of the point.
            for (int c = Math.max(0, point + 1 - block.otherFrom()); c < otherLimits.length; c++) {
                int other = block.otherFrom() + c;
                if (row[c] < limit) {
                    append(point, other, row[c]);
                    limit = limits[point];
                }
                if (row[c] < otherLimits[c]) {
                    append(other, point, row[c]);
                    otherLimits[c] = limits[other];
                }
            }
        }
    }

    private void append(int point, int other, float bound) {
        int first = point * room;
        candidates[first + counts[point]++] = candidate(other, bound);
        if (counts[point] == room) {
            Arrays.sort(candidates, first, first + room);
            counts[point] = kept;
            limits[point] = bound(candidates[first + kept - 1]);
        }
    }

    /** A point and its bound as a number by which bounds are in order. */
    private static long candidate(int point, float bound) {
        int bits = Float.floatToRawIntBits(bound);
        return (long) ordered(bits) << Integer.SIZE | point;
    }

    private static float bound(long candidate) {
        return Float.intBitsToFloat(ordered((int) (candidate >> Integer.SIZE)));
    }

    /** Of negative numbers the larger ones have the smaller bits; its own inverse. */
    private static int ordered(int bits) {
        return bits ^ bits >> 31 & Integer.MAX_VALUE;
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
        int first = point * room;
        int end = first + counts[point];
        Arrays.sort(candidates, first, end);
        for (int at = first; at < end; at++) {
            if (bound(candidates[at]) >= nearest[nearest.length - 1]) {
                return true;
            }
            offer(nearest, distance.applyAsDouble((int) candidates[at]));
        }
        return nearest[nearest.length - 1] <= limits[point] || nearest[nearest.length - 1] == 0;
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
