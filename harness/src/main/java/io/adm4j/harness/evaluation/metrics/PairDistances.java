package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Squared distances of the points of one set to those of another, as a score defines them. Several threads may ask at once. */
abstract class PairDistances {
    /** They take memory, and are asked for by few sets. */
    private @Nullable Blocks blocks;

    /** Of a point of the first set to one of the second. */
    abstract double of(int point, int other);

    /** Of a point of the first set to points of the second, for more than a few. */
    abstract IntToDoubleFunction from(int point);

    /** Distances by products of whole blocks, which one thread at a time asks for. */
    abstract Blocks newBlocks();

    /**
     * Between what limits the distances of all points of two blocks are, by products of whole blocks: quicker than {@link #of} where
     * most pairs are asked for, and nearly as sure.
     *
     * @param count points of the first set from {@code first} on, at most {@link FeatureBlock#ROWS}
     * @param otherCount points of the second set from {@code otherFirst} on, at most as many
     */
    final synchronized void each(int first, int count, int otherFirst, int otherCount, Interval interval) {
        if (blocks == null) {
            blocks = newBlocks();
        }
        blocks.each(first, count, otherFirst, otherCount, interval);
    }

    /** What {@link PairDistances#each} says, for one thread at a time. */
    @FunctionalInterface
    interface Blocks {
        void each(int first, int count, int otherFirst, int otherCount, Interval interval);
    }

    /** Takes limits of a distance; where they are the same, it is known. */
    @FunctionalInterface
    interface Interval {
        void of(int point, int other, double least, double most);
    }
}
