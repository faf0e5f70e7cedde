package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.DistanceBounds;

/** Pairs of two blocks whose bounds say that they may be near. Few are compared one by one, for many whole blocks are. */
final class NearPairs {
    /** Up to this part of all pairs. */
    private static final int FEW = 16;

    private final DistanceBounds.Block block;
    private final int[] pairs;
    private int count;

    NearPairs(DistanceBounds.Block block) {
        this.block = block;
        this.pairs = new int[block.count() * block.otherCount() / FEW + 1];
    }

    /** A row of the first block and one of the second; those of a row follow each other. */
    void add(int row, int otherRow) {
        if (count < pairs.length) {
            pairs[count] = row * block.otherCount() + otherRow;
        }
        count++;
    }

    /** The distances of these pairs, and perhaps of others. */
    void each(PairDistances distances, PairDistances.Interval interval) {
        if (count > pairs.length) {
            distances.each(block.from(), block.count(), block.otherFrom(), block.otherCount(), interval);
            return;
        }
        for (int n = 0; n < count; ) {
            int row = pairs[n] / block.otherCount();
            int point = block.from() + row;
            var from = distances.from(point);
            for (; n < count && pairs[n] / block.otherCount() == row; n++) {
                int other = block.otherFrom() + pairs[n] % block.otherCount();
                double distance = from.applyAsDouble(other);
                interval.of(point, other, distance, distance);
            }
        }
    }
}
