package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class OuterOptimizerTest {
    @Test
    void stepsAreThoseOfNesterovMomentum() {
        float[] weights = {1, -2};
        float[] velocity = {0, 0};
        OuterOptimizer optimizer = new OuterOptimizer(0.5, 0.9);

        // Differences of the weights: (0.2 + 0.6) / 2 and (-1 + 0) / 2.
        double squares = step(optimizer, weights, velocity, new float[] {0.8f, -1}, new float[] {0.4f, -2});

        assertEquals(0.4 * 0.4 + 0.5 * 0.5, squares, 1e-6);
        assertArrayEquals(new float[] {0.4f, -0.5f}, velocity, 1e-6f);
        assertArrayEquals(new float[] {1 - 0.5f * (0.4f + 0.36f), -2 + 0.5f * (0.5f + 0.45f)}, weights, 1e-6f);

        // Workers that do not move: what is left is the momentum.
        float[] before = weights.clone();
        step(optimizer, weights, velocity, before, before);

        assertArrayEquals(new float[] {0.36f, -0.45f}, velocity, 1e-6f);
        assertArrayEquals(
                new float[] {before[0] - 0.5f * 0.9f * 0.36f, before[1] + 0.5f * 0.9f * 0.45f}, weights, 1e-6f);
    }

    @Test
    void rateOneWithoutMomentumTakesTheAverageToTheLastBit() {
        float[] weights = {1e-3f, 3, -1.2345678f, 0};
        float[] worker = {0.7654321f, 1.25e-5f, -1.2345679f, Float.MIN_VALUE};

        step(new OuterOptimizer(1, 0), weights, new float[4], worker);

        assertArrayEquals(worker, weights);
    }

    private static double step(OuterOptimizer optimizer, float[] weights, float[] velocity, float[]... workers) {
        return optimizer.step(
                FloatBuffer.wrap(weights),
                FloatBuffer.wrap(velocity),
                List.of(workers).stream().map(FloatBuffer::wrap).toList());
    }
}
