package io.adm4j.restoration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NoiseEstimateTest {
    private static final int SIZE = 64;

    /** A slope with noise, below a column; white from there on. */
    private static Tensor noisy(double sigma, int white) {
        Random random = new Random(1);
        float[] values = new float[3 * SIZE * SIZE];
        for (int i = 0; i < values.length; i++) {
            double value = 0.002 * (i % SIZE - SIZE / 2.0) + sigma * random.nextGaussian();
            values[i] = i % SIZE < white ? (float) value : 1;
        }
        return Tensor.of(values, 1, 3, SIZE, SIZE);
    }

    @Test
    void theDeviationOfNoiseIsFound() {
        for (double sigma : new double[] {0.02, 0.1, 0.2}) {
            assertEquals(sigma, NoiseEstimate.of(noisy(sigma, SIZE)), 0.05 * sigma);
        }
        assertEquals(0, NoiseEstimate.of(noisy(0, SIZE)), 1e-6);
    }

    @Test
    void whereNoiseWasCutOffDoesNotCount() {
        assertEquals(0.1, NoiseEstimate.of(noisy(0.1, 20)), 0.005);
    }

    @Test
    void anImageOfExtremesAloneIsUsedWhole() {
        float[] values = new float[16 * 16];
        Random random = new Random(2);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextBoolean() ? 1 : -1;
        }
        assertTrue(NoiseEstimate.of(Tensor.of(values, 1, 1, 16, 16)) > 1);
    }

    @Test
    void imagesWithoutBlocksHaveNoNoise() {
        assertEquals(0, NoiseEstimate.of(Tensor.of(new float[] {0.3f, -0.2f, 0.9f}, 1, 1, 1, 3)));
    }
}
