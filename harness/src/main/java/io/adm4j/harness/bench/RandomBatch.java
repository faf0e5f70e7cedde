package io.adm4j.harness.bench;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/** Random inputs of a given batch size. Their values do not change how long a network takes. */
final class RandomBatch {
    private final int size;
    private final SplittableRandom random = new SplittableRandom(0);

    RandomBatch(int size) {
        this.size = size;
    }

    /** Standard normal images, float32 [N, channels, side, side]. */
    Tensor images(int channels, int side) {
        Tensor images = Tensor.zeros(ElementType.FLOAT32, size, channels, side, side);
        FloatBuffer values = images.floats();
        while (values.hasRemaining()) {
            values.put((float) random.nextGaussian());
        }
        return images;
    }

    /** Whole numbers from 0 to below {@code bound}, int64 [N]. */
    Tensor whole(int bound) {
        Tensor numbers = Tensor.zeros(ElementType.INT64, size);
        for (int i = 0; i < size; i++) {
            numbers.longs().put(i, random.nextInt(bound));
        }
        return numbers;
    }

    /** The same number for each image, float32 [N]. */
    Tensor constant(float value) {
        Tensor numbers = Tensor.zeros(ElementType.FLOAT32, size);
        for (int i = 0; i < size; i++) {
            numbers.floats().put(i, value);
        }
        return numbers;
    }
}
