package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.HalfSum;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.HalfFloat;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PublishedPrecisionRecallTest {
    private static final int WIDTH = 40;
    private static final int K = 3;

    @Test
    void isThatOfDistancesRoundedStepByStep() {
        float[][] reference = points(1100, 1);
        float[][] samples = points(1030, 2);
        Point[] referencePoints = rounded(reference);
        Point[] samplePoints = rounded(samples);
        float[] referenceRadii = radii(referencePoints);
        float[] sampleRadii = radii(samplePoints);
        boolean[] sampleIsIn = new boolean[samples.length];
        boolean[] referenceIsIn = new boolean[reference.length];
        for (int i = 0; i < reference.length; i++) {
            for (int j = 0; j < samples.length; j++) {
                float distance = distance(referencePoints[i], samplePoints[j]);
                sampleIsIn[j] |= distance <= referenceRadii[i];
                referenceIsIn[i] |= distance <= sampleRadii[j];
            }
        }

        PublishedPrecisionRecall found =
                between(matrix(reference), matrix(samples)).orElseThrow();

        assertEquals(share(sampleIsIn), found.precision(), 1e-3);
        assertEquals(share(referenceIsIn), found.recall(), 1e-3);
        try (MatrixProducts products = MatrixProducts.open(1)) {
            NeighborhoodScores exact =
                    NeighborhoodScores.between(matrix(reference), matrix(samples), K, products, pairs -> {});
            assertNotEquals(exact.precision(), found.precision(), "rounding shows");
            assertEquals(exact.precision(), found.precision(), 0.05);
            assertEquals(exact.recall(), found.recall(), 0.05);
        }
    }

    /** What {@code tf.reduce_sum(tf.square(x), 1)} of TensorFlow 2.21 gives for float16 on a processor. */
    @Test
    void lengthsAreAddedInTensorFlowsOrder() {
        assertLengths(43, 8.546875, 8.28125, 8.6640625, 9.0859375, 8.90625, 8.765625, 8.6015625, 8.984375);
        assertLengths(100, 20.40625, 20.296875, 20.1875, 20.0625, 20.640625, 20.640625, 20.59375, 20.5625);
        assertLengths(1700, 347.5, 347.5, 347.5, 347.5, 347.5, 347.75, 347.25, 348.0);
    }

    private static void assertLengths(int width, double... expected) {
        FeatureMatrix matrix = new FeatureMatrix(width);
        for (int row = 0; row < expected.length; row++) {
            float[] values = new float[width];
            for (int c = 0; c < width; c++) {
                values[c] = (c * 37 + row * 11) % 101 / 128f;
            }
            matrix.add(values);
        }

        FeatureBlock block = FeatureBlock.inHalf(matrix).load(0);

        for (int row = 0; row < expected.length; row++) {
            assertEquals(expected[row], block.length(row), "row " + row + " of " + width);
        }
    }

    @Test
    void equalSetsCoverEachOther() {
        PublishedPrecisionRecall found =
                between(matrix(points(60, 1)), matrix(points(60, 1))).orElseThrow();

        assertEquals(1, found.precision());
        assertEquals(1, found.recall());
    }

    @Test
    void leavesFeaturesThatOverflowToOthers() {
        float[][] large = points(20, 1);
        large[7][3] = 200;

        assertTrue(between(matrix(large), matrix(points(20, 2))).isEmpty());
        assertTrue(between(matrix(points(20, 2)), matrix(large)).isEmpty());
    }

    private static Optional<PublishedPrecisionRecall> between(FeatureMatrix reference, FeatureMatrix samples) {
        try (MatrixProducts products = MatrixProducts.open(1)) {
            long[] pairs = {0};
            Optional<PublishedPrecisionRecall> found =
                    PublishedPrecisionRecall.between(reference, samples, K, products, done -> pairs[0] += done);
            assertEquals(found.isPresent() ? NeighborhoodScores.pairs(reference.rows(), samples.rows()) : 0, pairs[0]);
            return found;
        }
    }

    private static float[] radii(Point[] points) {
        float[] radii = new float[points.length];
        for (int i = 0; i < points.length; i++) {
            float[] distances = new float[points.length];
            for (int j = 0; j < points.length; j++) {
                distances[j] = distance(points[i], points[j]);
            }
            Arrays.sort(distances);
            radii[i] = distances[K];
        }
        return radii;
    }

    /** A point in float16 and its squared length. */
    private record Point(float[] values, float length) {}

    private static Point[] rounded(float[][] points) {
        Point[] rounded = new Point[points.length];
        for (int i = 0; i < points.length; i++) {
            float[] values = points[i].clone();
            float[] squares = new float[values.length];
            for (int c = 0; c < values.length; c++) {
                values[c] = half(values[c]);
                squares[c] = half(values[c] * values[c]);
            }
            rounded[i] = new Point(values, HalfSum.of(squares, 0, squares.length));
        }
        return rounded;
    }

    private static float distance(Point u, Point v) {
        return Math.max(half(half(u.length() - 2 * product(u.values(), v.values())) + v.length()), 0);
    }

    private static float product(float[] u, float[] v) {
        float sum = 0;
        for (int c = 0; c < u.length; c++) {
            sum += u[c] * v[c];
        }
        return half(sum);
    }

    private static float half(float value) {
        return HalfFloat.value(HalfFloat.bits(value));
    }

    private static double share(boolean[] points) {
        int count = 0;
        for (boolean b : points) {
            count += b ? 1 : 0;
        }
        return count / (double) points.length;
    }

    private static FeatureMatrix matrix(float[][] points) {
        FeatureMatrix matrix = new FeatureMatrix(WIDTH);
        for (float[] point : points) {
            matrix.add(point);
        }
        return matrix;
    }

    private static float[][] points(int count, long seed) {
        Random random = new Random(seed);
        float[][] points = new float[count][WIDTH];
        for (float[] point : points) {
            double scale = 1 + random.nextDouble();
            for (int c = 0; c < WIDTH; c++) {
                point[c] = (float) Math.max(0, 2 + scale * random.nextGaussian());
            }
        }
        return points;
    }
}
