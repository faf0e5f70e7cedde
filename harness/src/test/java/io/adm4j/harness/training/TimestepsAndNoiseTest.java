package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TimestepsAndNoiseTest {

    @Test
    void hasTheShapesOfTheBatch() {
        TimestepsAndNoise sampled = TimestepsAndNoise.sample(0, 0, 10, 4, 3, 2, 2);

        assertArrayEquals(new long[] {4}, sampled.t().shape());
        assertArrayEquals(new long[] {4, 3, 2, 2}, sampled.noise().shape());
    }

    @Test
    void timestepsAreUniformOverTheWholeRange() {
        int[] counts = new int[10];
        for (int step = 0; step < 100; step++) {
            for (long t : TimestepsAndNoise.sample(5, step, 10, 100, 1).t().toLongArray()) {
                counts[(int) t]++;
            }
        }
        assertUniform(counts);
    }

    /** 99.9 % of chi-square; the seeds are fixed, so this never fails by chance. */
    static void assertUniform(int[] counts) {
        double expected = Arrays.stream(counts).sum() / (double) counts.length;
        double chiSquare = Arrays.stream(counts)
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
        int freedom = counts.length - 1;
        // Wilson and Hilferty's approximation of the quantile.
        double root = 1 - 2.0 / (9 * freedom) + 3.09 * Math.sqrt(2.0 / (9 * freedom));
        assertEquals(0, chiSquare, freedom * root * root * root, Arrays.toString(counts));
    }

    @Test
    void noiseIsStandardNormal() {
        float[] noise =
                TimestepsAndNoise.sample(1, 2, 10, 50, 3, 20, 20).noise().toFloatArray();
        double sum = 0;
        double squares = 0;
        double fourth = 0;
        for (float v : noise) {
            sum += v;
            squares += v * v;
            fourth += v * v * v * v;
        }
        assertEquals(0, sum / noise.length, 0.02);
        assertEquals(1, squares / noise.length, 0.03);
        assertEquals(3, fourth / noise.length, 0.2);
    }

    /** A resumed run of an older version must continue with the same values. */
    @Test
    void valuesAreStable() {
        TimestepsAndNoise sampled = TimestepsAndNoise.sample(7, 3, 1000, 3, 1);

        assertArrayEquals(new long[] {142, 74, 56}, sampled.t().toLongArray());
        assertArrayEquals(
                new float[] {-0.7520674f, 0.5211577f, -0.47275284f},
                sampled.noise().toFloatArray());
    }

    @Test
    void valuesDependOnSeedAndStep() {
        float[] noise = TimestepsAndNoise.sample(7, 3, 10, 2, 2).noise().toFloatArray();

        assertFalse(Arrays.equals(
                noise, TimestepsAndNoise.sample(8, 3, 10, 2, 2).noise().toFloatArray()));
        assertFalse(Arrays.equals(
                noise, TimestepsAndNoise.sample(7, 4, 10, 2, 2).noise().toFloatArray()));
    }
}
