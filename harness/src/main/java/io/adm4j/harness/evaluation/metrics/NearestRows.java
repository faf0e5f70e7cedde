package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * For each of some feature vectors the nearest one of a set. Inner products in float32 find the candidates, float64 decides among
 * them.
 *
 * @param row of the set
 * @param distance Euclidean
 */
public record NearestRows(int[] row, double[] distance) {
    private static final int CANDIDATES = 4;

    /**
     * The nearest of all rows of a set.
     *
     * @param set at least one row
     * @param pairs receives the number of pairs of vectors compared since the last call
     */
    public static NearestRows of(
            FeatureMatrix vectors, FeatureMatrix set, MatrixProducts products, LongConsumer pairs) {
        int[] none = new int[vectors.rows()];
        Arrays.fill(none, -1);
        return of(vectors, set, none, products, pairs);
    }

    /**
     * @param set at least one row that is not left out
     * @param without for each vector a row of the set to leave out, such as the vector itself; -1 for none
     * @param pairs receives the number of pairs of vectors compared since the last call
     */
    static NearestRows of(
            FeatureMatrix vectors, FeatureMatrix set, int[] without, MatrixProducts products, LongConsumer pairs) {
        int[] candidates = new int[Math.multiplyExact(vectors.rows(), CANDIDATES)];
        double[] distances = new double[candidates.length];
        Arrays.fill(candidates, -1);
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
        double[] origin = set.mean();
        InnerProducts inner = new InnerProducts(products);
        inner.between(new FeatureBlock(vectors, origin), new FeatureBlock(set, origin), pairs, (a, b) -> {
            for (int r = 0; r < a.count(); r++) {
                int vector = a.from() + r;
                float[] row = inner.row(r);
                int first = vector * CANDIDATES;
                for (int c = 0; c < b.count(); c++) {
                    double distance = b.length(c) - 2 * row[c];
                    if (distance < distances[first + CANDIDATES - 1] && b.from() + c != without[vector]) {
                        insert(distances, candidates, first, distance, b.from() + c);
                    }
                }
            }
        });
        int[] nearest = new int[vectors.rows()];
        double[] exact = new double[nearest.length];
        Arrays.fill(exact, Double.POSITIVE_INFINITY);
        IntStream.range(0, nearest.length).parallel().forEach(vector -> {
            for (int n = vector * CANDIDATES; n < (vector + 1) * CANDIDATES; n++) {
                double distance = candidates[n] < 0
                        ? Double.POSITIVE_INFINITY
                        : Math.sqrt(vectors.squaredDistance(vector, set, candidates[n]));
                if (distance < exact[vector]) {
                    exact[vector] = distance;
                    nearest[vector] = candidates[n];
                }
            }
        });
        return new NearestRows(nearest, exact);
    }

    /** Keeps a distance among the smallest, which are ascending, in place of the last. */
    private static void insert(double[] distances, int[] rows, int first, double distance, int row) {
        int at = first + CANDIDATES - 1;
        while (at > first && distances[at - 1] > distance) {
            distances[at] = distances[at - 1];
            rows[at] = rows[at - 1];
            at--;
        }
        distances[at] = distance;
        rows[at] = row;
    }
}
