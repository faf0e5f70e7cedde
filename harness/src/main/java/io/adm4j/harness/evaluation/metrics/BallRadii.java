package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.DistanceBounds;
import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Squared distances of the points of a set to their k-th nearest neighbors in it, in float64. */
final class BallRadii {
    /** Candidates of each point by lower bounds: as a rule more than those that may be among the k nearest. */
    private static final int CANDIDATES = 64;
    /** Where this part of the points has more candidates, bounds of small integers are too wide for these features. */
    private static final int FEW = 8;
    /** Neighbors that are kept beyond the k-th, because float32 may have them in another order. */
    private static final int SPARE = 5;

    private final FeatureMatrix features;
    private final int k;
    private final MatrixProducts products;

    private BallRadii(FeatureMatrix features, int k, MatrixProducts products) {
        this.features = features;
        this.k = k;
        this.products = products;
    }

    /**
     * @param rows the features
     * @param pairs receives the number of pairs of points compared since the last call, {@link #pairs} in all
     */
    static double[] of(
            FeatureMatrix features,
            double[] origin,
            QuantizedRows rows,
            int k,
            MatrixProducts products,
            LongConsumer pairs) {
        return new BallRadii(features, k, products).byBounds(origin, rows, pairs);
    }

    /** How many pairs of points are compared. */
    static long pairs(int points) {
        long all = 0;
        for (int i = 0; i < points; i += FeatureBlock.ROWS) {
            all += (long) Math.min(FeatureBlock.ROWS, points - i) * (points - i);
        }
        return all;
    }

    private double[] byBounds(double[] origin, QuantizedRows rows, LongConsumer pairs) {
        DistanceBounds bounds = new DistanceBounds(products);
        BoundedNeighbors candidates =
                BoundedNeighbors.of(rows, Math.min(Math.max(CANDIDATES, k), features.rows() - 1), bounds, pairs);
        double[] radii = new double[features.rows()];
        int[] unsure = IntStream.range(0, radii.length)
                .parallel()
                .filter(point -> {
                    double[] nearest = new double[k];
                    boolean sure = candidates.nearest(point, other -> distance(point, other), nearest);
                    radii[point] = nearest[k - 1];
                    return !sure;
                })
                .toArray();
        if (unsure.length > radii.length / FEW) {
            return byFloats();
        }
        if (unsure.length > 0) {
            narrow(radii, unsure, QuantizedRows.of(features.select(unsure), origin), rows, bounds);
        }
        return radii;
    }

    /** Looks at all points within the radii of some points, which may be too large. */
    private void narrow(double[] radii, int[] points, QuantizedRows chosen, QuantizedRows rows, DistanceBounds bounds) {
        double[][] nearest = new double[points.length][k];
        for (double[] distances : nearest) {
            Arrays.fill(distances, Double.POSITIVE_INFINITY);
        }
        bounds.between(chosen, rows, pairs -> {}, block -> {
            for (int r = 0; r < block.count(); r++) {
                int point = points[block.from() + r];
                double[] found = nearest[block.from() + r];
                float[] row = block.row(r);
                for (int c = 0; c < block.otherCount(); c++) {
                    int other = block.otherFrom() + c;
                    if (row[c] <= radii[point] && other != point) {
                        double distance = distance(point, other);
                        synchronized (found) {
                            BoundedNeighbors.offer(found, distance);
                        }
                    }
                }
            }
        });
        for (int n = 0; n < points.length; n++) {
            radii[points[n]] = nearest[n][k - 1];
        }
    }

    private double distance(int point, int other) {
        return features.squaredDistance(point, features, other);
    }

    private double[] byFloats() {
        NearestNeighbors neighbors = NearestNeighbors.of(
                features, Math.min(k + SPARE, features.rows() - 1), new InnerProducts(products), pairs -> {});
        return IntStream.range(0, features.rows())
                .parallel()
                .mapToDouble(point -> radius(point, neighbors))
                .toArray();
    }

    /**
     * The k-th smallest of the true distances to the neighbors that were kept, or to all points where rounding could
     * have kept others.
     */
    private double radius(int point, NearestNeighbors neighbors) {
        double radius = kthDistance(point, neighbors.of(point));
        // A point within the radius is at most this far from the origin.
        double length = neighbors.length(point);
        double reach = Math.sqrt(length) + Math.sqrt(radius);
        double margin = NeighborhoodScores.rounding(features.columns()) * (length + reach * reach);
        boolean sure =
                radius == 0 || neighbors.kept() == features.rows() - 1 || neighbors.reach(point) - margin >= radius;
        return sure
                ? radius
                : kthDistance(
                        point,
                        IntStream.range(0, features.rows())
                                .filter(p -> p != point)
                                .toArray());
    }

    private double kthDistance(int point, int[] others) {
        double[] nearest = new double[k];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        for (int other : others) {
            BoundedNeighbors.offer(nearest, distance(point, other));
        }
        return nearest[k - 1];
    }
}
