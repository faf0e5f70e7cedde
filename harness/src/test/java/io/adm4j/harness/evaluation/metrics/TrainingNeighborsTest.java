package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainingNeighborsTest {
    private static MatrixProducts products;

    @BeforeAll
    static void open() {
        products = MatrixProducts.open(1);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @Test
    void countsThoseNearerThanTrainingImagesAreToEachOther() {
        FeatureMatrix training = points(0, 1, 5, 7);
        FeatureMatrix images = points(0.4, 3, 6.5, 20, 5);

        TrainingNeighbors found = of(images, training);

        assertArrayEquals(new int[] {0, 2, 3, 3, 2}, found.nearest(), "3 is as near to 1 as to 5 but for 1e-3");
        assertArrayEquals(new int[] {1, 3, 2, 2, 3}, found.training());
        assertArrayEquals(new double[] {0.4, 1.999, 0.5, 13, 0}, found.distance(), 1e-6);
        assertArrayEquals(new double[] {1, 2.001, 2.001, 2.001, 2.001}, found.spacing(), 1e-6);
        assertEquals(4 / 5.0, found.closeShare());
        assertArrayEquals(new int[] {4, 2, 0}, found.closest(3));
    }

    @Test
    void copiesOfARepeatedTrainingImageAreClose() {
        TrainingNeighbors found = of(points(2, 9), points(2, 2, 4));

        assertEquals(1 / 2.0, found.closeShare());
        assertArrayEquals(new int[] {0}, found.closest(1));
    }

    @Test
    void findsTheNearestAcrossBlocksFarFromTheOrigin() {
        FeatureMatrix training = gaussian(1500, 8, 1, 1000);
        FeatureMatrix images = gaussian(1100, 8, 2, 1000);
        AtomicLong pairs = new AtomicLong();

        TrainingNeighbors found = TrainingNeighbors.of(images, training, products, pairs::addAndGet);

        for (int i = 0; i < images.rows(); i += 13) {
            int nearest = nearest(images, i, training, -1);
            assertEquals(nearest, found.nearest()[i]);
            assertEquals(Math.sqrt(images.squaredDistance(i, training, nearest)), found.distance()[i]);
            int other = nearest(training, nearest, training, nearest);
            assertEquals(other, found.training()[i]);
            assertEquals(Math.sqrt(training.squaredDistance(nearest, training, other)), found.spacing()[i]);
        }
        assertTrue(pairs.get() <= TrainingNeighbors.pairs(1100, 1500), "pairs: " + pairs);
    }

    @Test
    void twoOfThreeNewImagesAreCloseOnALine() {
        // The chance that the nearest neighbor of a point of a Poisson process has that point as its nearest.
        assertEquals(
                2 / 3.0, of(gaussian(3000, 1, 3, 0), gaussian(3000, 1, 4, 0)).closeShare(), 0.05);
    }

    private static TrainingNeighbors of(FeatureMatrix images, FeatureMatrix training) {
        return TrainingNeighbors.of(images, training, products, pairs -> {});
    }

    private static int nearest(FeatureMatrix from, int row, FeatureMatrix to, int without) {
        int best = -1;
        for (int i = 0; i < to.rows(); i++) {
            if (i != without && (best < 0 || from.squaredDistance(row, to, i) < from.squaredDistance(row, to, best))) {
                best = i;
            }
        }
        return best;
    }

    /** On a line, 5 a little off its place so that there are no ties. */
    private static FeatureMatrix points(double... places) {
        FeatureMatrix matrix = new FeatureMatrix(2);
        for (double place : places) {
            matrix.add(new float[] {(float) (place == 5 ? 4.999 : place), 0});
        }
        return matrix;
    }

    private static FeatureMatrix gaussian(int rows, int columns, long seed, double mean) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + random.nextGaussian());
        }
        FeatureMatrix matrix = new FeatureMatrix(columns);
        matrix.add(values);
        return matrix;
    }
}
