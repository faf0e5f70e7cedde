package io.adm4j.harness.training;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;

/**
 * The random inputs of the forward process q(x_t | x_0) for one batch (Ho et al. 2020, algorithm 1, lines 3 and 4).
 *
 * @param t int64 [N], uniform in [0, numTimesteps)
 * @param noise float32 [N, C, H, W], standard normal
 */
record TimestepsAndNoise(Tensor t, Tensor noise) {

    /**
     * Samples the inputs of one optimizer step; a function of the arguments alone.
     *
     * @param step from 0
     * @param shape of the images [N, C, H, W], and so of the noise
     */
    static TimestepsAndNoise sample(long seed, long step, int numTimesteps, long... shape) {
        RandomGenerator random = StepRandom.NOISE.of(seed, step);
        Tensor t = Tensor.zeros(ElementType.INT64, shape[0]);
        for (int i = 0; i < shape[0]; i++) {
            t.longs().put(i, random.nextInt(numTimesteps));
        }
        Tensor noise = Tensor.zeros(ElementType.FLOAT32, shape);
        FloatBuffer values = noise.floats();
        while (values.hasRemaining()) {
            values.put((float) random.nextGaussian());
        }
        return new TimestepsAndNoise(t, noise);
    }
}
