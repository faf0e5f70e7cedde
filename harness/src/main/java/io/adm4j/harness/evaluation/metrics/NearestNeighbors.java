package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** The nearest other points of each point of a set, by squared distances from inner products in float32. */
final class NearestNeighbors {
    private final int kept;
    /** For each point, ascending. */
    private final double[] distances;
    /** The points they lead to. */
    private final int[] points;

    private NearestNeighbors(int rows, int kept) {
        this.kept = kept;
        this.distances = new double[Math.multiplyExact(rows, kept)];
        this.points = new int[distances.length];
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
    }

    /**
     * @param kept neighbors of each point, fewer than there are points
     * @param pairs receives the number of pairs of points compared since the last call
     */
    static NearestNeighbors of(FeatureMatrix features, int kept, InnerProducts inner, LongConsumer pairs) {
        NearestNeighbors found = new NearestNeighbors(features.rows(), kept);
        double[] origin = features.mean();
        inner.within(
                new FeatureBlock(features, origin),
                new FeatureBlock(features, origin),
                pairs,
                (a, b) -> found.add(a, b, inner));
        return found;
    }

    private void add(FeatureBlock a, FeatureBlock b, InnerProducts inner) {
        for (int r = 0; r < a.count(); r++) {
            float[] products = inner.row(r);
            double length = a.length(r);
            // Within the block on the diagonal each pair is met once: those right of the point.
            for (int c = a == b ? r + 1 : 0; c < b.count(); c++) {
                double distance = length + b.length(c) - 2 * products[c];
                offer(a.from() + r, b.from() + c, distance);
                offer(b.from() + c, a.from() + r, distance);
            }
        }
    }

    private void offer(int point, int other, double distance) {
        int first = point * kept;
        int at = first + kept - 1;
        if (distance < distances[at]) {
            while (at > first && distances[at - 1] > distance) {
                distances[at] = distances[at - 1];
                points[at] = points[at - 1];
                at--;
            }
            distances[at] = distance;
            points[at] = other;
        }
    }

    /** How many neighbors of each point are kept. */
    int kept() {
        return kept;
    }

    /** Squared distance of a point to the last neighbor that is kept. */
    double reach(int point) {
        return distances[point * kept + kept - 1];
    }

    /** Squared distance of a point to its k-th neighbor in its own part; to the last that is kept if that is farther. */
    double radius(int point, byte[] part, int k) {
        int left = k;
        for (int at = point * kept; at < (point + 1) * kept; at++) {
            if (part[points[at]] == part[point] && --left == 0) {
                return distances[at];
            }
        }
        return reach(point);
    }
}
