package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.DistanceBounds;
import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Squared distances of points to their k-th nearest neighbors in a set, of which each point itself is neighbor 0. */
final class BallRadii {
    /** Candidates of each point by lower bounds: as a rule more than those that may be among the k nearest. */
    private static final int CANDIDATES = 64;

    /** Points that are looked at again at once, since their features are copied. */
    private static final int CHOSEN = 4 * FeatureBlock.ROWS;

    private final int k;
    private final MatrixProducts products;
    /** The smallest distances of each point, ascending. */
    private final double[][] nearest;

    /** @param points whose radii are found */
    BallRadii(int points, int k, MatrixProducts products) {
        this.k = k;
        this.products = products;
        this.nearest = new double[points][k + 1];
        for (double[] distances : nearest) {
            Arrays.fill(distances, Double.POSITIVE_INFINITY);
        }
    }

    /**
     * Those of a whole set.
     *
     * @param pairs receives the number of pairs of points compared since the last call, {@link #pairs} in all
     */
    static <S extends PointSet<S>> double[] of(S set, int k, MatrixProducts products, LongConsumer pairs) {
        BallRadii radii = new BallRadii(set.rows().rows(), k, products);
        radii.addOwn(set, pairs);
        return radii.values();
    }

    /** How many pairs of points are compared in a set. */
    static long pairs(int points) {
        return DistanceBounds.pairsWithin(points);
    }

    /**
     * Takes the points themselves as neighbors, before any others.
     *
     * @param pairs receives the number of pairs of points compared since the last call, {@link #pairs} in all
     */
    <S extends PointSet<S>> void addOwn(S set, LongConsumer pairs) {
        int most = nearest.length - 1;
        BoundedNeighbors candidates = BoundedNeighbors.of(
                set.rows(), Math.max(1, Math.min(Math.max(CANDIDATES, k), most)), new DistanceBounds(products), pairs);
        PairDistances distances = set.to(set);
        int[] unsure = IntStream.range(0, nearest.length)
                .parallel()
                .filter(point -> !candidates.nearest(point, distances.from(point), nearest[point]))
                .toArray();
        for (int from = 0; from < unsure.length; from += CHOSEN) {
            narrow(set, Arrays.copyOfRange(unsure, from, Math.min(unsure.length, from + CHOSEN)));
        }
    }

    /** Looks at all points within the radii of some points, which may be too large. */
    private <S extends PointSet<S>> void narrow(S set, int[] points) {
        BallRadii narrowed = new BallRadii(points.length, k, products);
        narrowed.add(
                set.select(points),
                set,
                Arrays.stream(points).mapToDouble(point -> nearest[point][k]).toArray());
        for (int n = 0; n < points.length; n++) {
            nearest[points[n]] = narrowed.nearest[n];
        }
    }

    /** Takes the points of another set as neighbors. */
    <S extends PointSet<S>> void add(S own, S others) {
        add(own, others, values());
    }

    /** @param limits which the radii do not pass */
    private <S extends PointSet<S>> void add(S own, S others, double[] limits) {
        PairDistances distances = own.to(others);
        new DistanceBounds(products).between(own.rows(), others.rows(), pairs -> {}, block -> {
            NearPairs near = new NearPairs(block);
            for (int r = 0; r < block.count(); r++) {
                double limit = Math.min(limits[block.from() + r], radius(block.from() + r));
                float[] row = block.row(r);
                for (int c = 0; c < row.length; c++) {
                    if (row[c] <= limit) {
                        near.add(r, c);
                    }
                }
            }
            near.each(distances, (point, other, least, most) -> {
                if (least < radius(point)) {
                    offer(point, least == most ? least : distances.from(point).applyAsDouble(other));
                }
            });
        });
    }

    private double radius(int point) {
        synchronized (nearest[point]) {
            return nearest[point][k];
        }
    }

    private void offer(int point, double distance) {
        synchronized (nearest[point]) {
            BoundedNeighbors.offer(nearest[point], distance);
        }
    }

    /** The radii, infinite where fewer than k neighbors were taken. */
    double[] values() {
        return Arrays.stream(nearest).mapToDouble(distances -> distances[k]).toArray();
    }
}
