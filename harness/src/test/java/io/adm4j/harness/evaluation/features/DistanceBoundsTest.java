package io.adm4j.harness.evaluation.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistanceBoundsTest {
    private static MatrixProducts products;

    @BeforeAll
    static void open() {
        products = MatrixProducts.open(2);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64, 96, 300})
    void areNeverAboveTheDistanceAndNearIt(int columns) {
        FeatureMatrix a = points(90, columns, 1, x -> x);
        FeatureMatrix b = points(70, columns, 2, x -> x + 0.5);

        double smallest = check(a, b, new double[columns]);

        assertTrue(columns < 64 || smallest > 0.9, "bounds reach " + smallest + " of the distances");
    }

    @Test
    void holdForLikeAndExtremeRows() {
        FeatureMatrix a = new FeatureMatrix(40);
        FeatureMatrix b = new FeatureMatrix(40);
        for (float size : new float[] {0, 1e-38f, 1e-6f, 1, 3e4f, 1e15f, 3e18f, 3e37f}) {
            Random random = new Random(1);
            float[] spread = new float[40];
            float[] constant = new float[40];
            float[] single = new float[40];
            for (int c = 0; c < 40; c++) {
                spread[c] = (float) (size * random.nextGaussian());
                constant[c] = size;
            }
            single[17] = size;
            for (float[] row : new float[][] {spread, constant, single}) {
                a.add(row);
                b.add(row);
                float[] near = row.clone();
                near[3] = Math.nextUp(near[3]);
                b.add(near);
            }
        }

        check(a, b, new double[40]);
        check(a, b, a.mean());
    }

    @Test
    void meetEachPairOnceAcrossBlocks() {
        FeatureMatrix a = points(1100, 3, 1, x -> x);
        FeatureMatrix b = points(2050, 3, 2, x -> x);
        double[] origin = new double[3];
        QuantizedRows some = QuantizedRows.of(a, origin);
        QuantizedRows others = QuantizedRows.of(b, origin);
        AtomicInteger[] met = new AtomicInteger[2050];
        for (int n = 0; n < met.length; n++) {
            met[n] = new AtomicInteger();
        }
        AtomicLong pairs = new AtomicLong();
        DistanceBounds bounds = new DistanceBounds(products);

        bounds.between(some, others, pairs::addAndGet, block -> {
            for (int c = 0; c < block.otherCount(); c++) {
                met[block.otherFrom() + c].addAndGet(block.count());
            }
        });

        assertEquals(1100L * 2050, pairs.get());
        for (AtomicInteger count : met) {
            assertEquals(1100, count.get());
        }
        AtomicLong later = new AtomicLong();
        pairs.set(0);
        bounds.within(some, pairs::addAndGet, block -> {
            for (int r = 0; r < block.count(); r++) {
                int end = block.otherFrom() + block.otherCount();
                later.addAndGet(Math.min(block.otherCount(), end - 1 - block.from() - r));
            }
        });
        assertEquals(1100L * 1099 / 2, later.get(), "pairs of a row and a later one");
        assertEquals(DistanceBounds.pairsWithin(1100), pairs.get());
    }

    /** The smallest part of a distance that a bound reaches. */
    private static double check(FeatureMatrix a, FeatureMatrix b, double[] origin) {
        double[] smallest = {Double.POSITIVE_INFINITY};
        AtomicInteger met = new AtomicInteger();
        new DistanceBounds(products)
                .between(QuantizedRows.of(a, origin), QuantizedRows.of(b, origin), n -> {}, block -> {
                    for (int r = 0; r < block.count(); r++) {
                        float[] row = block.row(r);
                        for (int c = 0; c < block.otherCount(); c++) {
                            double distance = a.squaredDistance(r, b, c);
                            assertTrue(
                                    row[c] <= distance, row[c] + " is above " + distance + ", rows " + r + " and " + c);
                            smallest[0] = Math.min(smallest[0], row[c] / distance);
                            met.incrementAndGet();
                        }
                    }
                });
        assertEquals(a.rows() * b.rows(), met.get());
        return smallest[0];
    }

    private static FeatureMatrix points(int rows, int columns, long seed, DoubleUnaryOperator change) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) change.applyAsDouble(random.nextGaussian());
        }
        FeatureMatrix matrix = new FeatureMatrix(columns);
        matrix.add(values);
        return matrix;
    }
}
