package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.HalfRows;
import io.adm4j.harness.evaluation.linalg.HalfSum;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.HalfFloat;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PublishedPrecisionRecallTest {
    private static final int WIDTH = 40;
    private static final int K = 3;

    @ParameterizedTest
    @MethodSource("sets")
    void isThatOfDistancesRoundedStepByStep(String name, float[][] reference, float[][] samples, int k) {
        Point[] referencePoints = rounded(reference);
        Point[] samplePoints = rounded(samples);
        float[] referenceRadii = radii(referencePoints, k);
        float[] sampleRadii = radii(samplePoints, k);
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
                between(matrix(reference), matrix(samples), k).orElseThrow();

        assertEquals(share(sampleIsIn), found.precision(), name);
        assertEquals(share(referenceIsIn), found.recall(), name);
    }

    static Stream<Arguments> sets() {
        float[][] some = points(1100, WIDTH, 1);
        float[][] twice = points(400, WIDTH, 3);
        System.arraycopy(twice, 0, twice, 200, 200);
        float[][] collapsed = new float[300][];
        Arrays.fill(collapsed, some[7]);
        return Stream.of(
                Arguments.of("more than a block", some, points(1030, WIDTH, 2), K),
                Arguments.of("as of Inception", sparse(260, 2048, 1), sparse(300, 2048, 2), K),
                Arguments.of("not in whole fours", points(150, 7, 1), points(140, 7, 2), 1),
                Arguments.of("one feature", points(120, 1, 1), points(130, 1, 2), 5),
                Arguments.of("each point twice", twice, some, 1),
                Arguments.of("equal samples", some, collapsed, K),
                Arguments.of("equal everything", collapsed, collapsed, K),
                Arguments.of("all points but one are neighbors", points(40, WIDTH, 1), points(50, WIDTH, 2), 39),
                Arguments.of("float16 is coarse", shifted(points(1500, 20, 1), 30), shifted(points(400, 20, 2), 30), K),
                Arguments.of("negative", shifted(points(200, WIDTH, 1), -2), shifted(points(200, WIDTH, 2), -2), K),
                Arguments.of("below float16's normal numbers", scaled(some, 1e-6f), scaled(twice, 1e-6f), K));
    }

    @Test
    void differsFromExactDistancesByRounding() {
        FeatureMatrix reference = matrix(points(1100, WIDTH, 1));
        FeatureMatrix samples = matrix(points(1030, WIDTH, 2));

        PublishedPrecisionRecall found = between(reference, samples, K).orElseThrow();

        try (MatrixProducts products = MatrixProducts.open(1)) {
            NeighborhoodScores exact = NeighborhoodScores.between(reference, samples, K, products, pairs -> {});
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

        HalfRows rows = HalfRows.of(matrix);

        for (int row = 0; row < expected.length; row++) {
            assertEquals(expected[row], rows.length(row), "row " + row + " of " + width);
        }
    }

    @Test
    void equalSetsCoverEachOther() {
        PublishedPrecisionRecall found = between(matrix(points(60, WIDTH, 1)), matrix(points(60, WIDTH, 1)), K)
                .orElseThrow();

        assertEquals(1, found.precision());
        assertEquals(1, found.recall());
    }

    @Test
    void leavesFeaturesThatOverflowToOthers() {
        float[][] large = points(20, WIDTH, 1);
        large[7][3] = 200;

        assertTrue(between(matrix(large), matrix(points(20, WIDTH, 2)), K).isEmpty());
        assertTrue(between(matrix(points(20, WIDTH, 2)), matrix(large), K).isEmpty());
    }

    private static Optional<PublishedPrecisionRecall> between(FeatureMatrix reference, FeatureMatrix samples, int k) {
        try (MatrixProducts products = MatrixProducts.open(1)) {
            long[] pairs = {0};
            Optional<PublishedPrecisionRecall> found =
                    PublishedPrecisionRecall.between(reference, samples, k, products, done -> pairs[0] += done);
            assertEquals(found.isPresent() ? NeighborhoodScores.pairs(reference.rows(), samples.rows()) : 0, pairs[0]);
            return found;
        }
    }

    private static float[] radii(Point[] points, int k) {
        float[] radii = new float[points.length];
        for (int i = 0; i < points.length; i++) {
            float[] distances = new float[points.length];
            for (int j = 0; j < points.length; j++) {
                distances[j] = distance(points[i], points[j]);
            }
            Arrays.sort(distances);
            radii[i] = distances[k];
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
        double sum = 0;
        for (int c = 0; c < u.length; c++) {
            sum += (double) u[c] * v[c];
        }
        return half((float) sum);
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
        FeatureMatrix matrix = new FeatureMatrix(points[0].length);
        for (float[] point : points) {
            matrix.add(point);
        }
        return matrix;
    }

    private static float[][] points(int count, int width, long seed) {
        Random random = new Random(seed);
        float[][] points = new float[count][width];
        for (float[] point : points) {
            double scale = 1 + random.nextDouble();
            for (int c = 0; c < width; c++) {
                point[c] = (float) Math.max(0, 2 + scale * random.nextGaussian());
            }
        }
        return points;
    }

    /** Mostly near 0, some large. */
    private static float[][] sparse(int count, int width, long seed) {
        Random random = new Random(seed);
        float[][] points = new float[count][width];
        for (float[] point : points) {
            for (int c = 0; c < width; c++) {
                point[c] = (float) Math.pow(random.nextDouble(), 3 + c % 7);
            }
        }
        return points;
    }

    private static float[][] shifted(float[][] points, float by) {
        return changed(points, value -> value + by);
    }

    private static float[][] scaled(float[][] points, float by) {
        return changed(points, value -> value * by);
    }

    private static float[][] changed(float[][] points, UnaryOperator<Float> change) {
        float[][] changed = new float[points.length][points[0].length];
        for (int i = 0; i < points.length; i++) {
            for (int c = 0; c < points[i].length; c++) {
                changed[i][c] = change.apply(points[i][c]);
            }
        }
        return changed;
    }
}
