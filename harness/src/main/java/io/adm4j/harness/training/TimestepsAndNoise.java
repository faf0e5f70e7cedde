package io.adm4j.harness.training;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The random part of a batch: uniform timesteps and normal noise, drawn from the seed and the step's number alone.
 *
 * @param timesteps of the process
 */
record TimestepsAndNoise(long seed, int timesteps) {

    /**
     * Adds {@code t} int64 [N] and {@code noise}.
     *
     * @param batch modified
     * @param shape of the images, and so of the noise
     */
    void addTo(Map<String, Tensor> batch, long step, long[] shape) {
        RandomGenerator random = BatchLoader.random(seed ^ 0x5DEECE66DL, step);
        Tensor t = Tensor.zeros(ElementType.INT64, shape[0]);
        for (int i = 0; i < shape[0]; i++) {
            t.longs().put(i, random.nextInt(timesteps));
        }
        Tensor noise = Tensor.zeros(ElementType.FLOAT32, shape);
        FloatBuffer values = noise.floats();
        while (values.hasRemaining()) {
            values.put((float) random.nextGaussian());
        }
        batch.put("t", t);
        batch.put("noise", noise);
    }
}
