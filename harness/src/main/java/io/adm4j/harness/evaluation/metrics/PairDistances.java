package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import java.util.function.IntToDoubleFunction;

/** Squared distances of the points of one set to those of another, as a score defines them. Several threads may ask at once. */
interface PairDistances {
    /** Of a point of the first set to points of the second. */
    IntToDoubleFunction from(int point);

    /**
     * Between what limits the distances of all points of two blocks are, by products of whole blocks: quicker than {@link #from} where
     * most pairs are asked for, and nearly as sure.
     *
     * @param count points of the first set from {@code first} on, at most {@link FeatureBlock#ROWS}
     * @param otherCount points of the second set from {@code otherFirst} on, at most as many
     */
    void each(int first, int count, int otherFirst, int otherCount, Interval interval);

    /** Takes limits of a distance; where they are the same, it is known. */
    @FunctionalInterface
    interface Interval {
        void of(int point, int other, double least, double most);
    }
}
