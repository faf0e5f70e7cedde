package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.QuantizedRows;

/**
 * The points of a set, with distances as one kind of score defines them.
 *
 * @param <S> the same kind of set
 */
interface PointSet<S extends PointSet<S>> {
    /** For lower bounds of the distances, to be compared with those of sets around the same origin. */
    QuantizedRows rows();

    /** Some of the points, copied. */
    S select(int[] points);

    /** The distances of these points to those of a set. */
    PairDistances to(S other);
}
