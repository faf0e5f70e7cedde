package io.adm4j.harness.training;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Batches of images, every image once an epoch in an order that depends on the seed and the epoch alone.
 *
 * <p>Safe for use by one thread at a time.
 */
final class BatchLoader {
    private final Dataset data;
    private final int batchSize;
    private final long seed;
    private final boolean flip;
    private long shuffledEpoch = -1;
    private int[] order;

    BatchLoader(Dataset data, int batchSize, long seed, boolean flip) {
        this.data = data;
        this.batchSize = batchSize;
        this.seed = seed;
        this.flip = flip;
    }

    /**
     * Checks that a network has an output for every class.
     *
     * @throws UserError if the images have more classes
     */
    static void requireClasses(Dataset images, int numClasses) {
        if (images.classCount() > numClasses) {
            throw new UserError("The images have " + images.classCount() + " classes, the network " + numClasses
                    + ": give --num-classes " + images.classCount() + ".");
        }
    }

    /**
     * One batch.
     *
     * @param x float32 [N,3,H,W] in [-1, 1]
     * @param y int64 [N]; null where the images have no labels
     */
    record Batch(Tensor x, Tensor y) {}

    Batch batch(long step) {
        int size = data.imageSize();
        int pixels = size * size;
        Tensor x = Tensor.zeros(ElementType.FLOAT32, batchSize, 3, size, size);
        Tensor y = data.hasLabels() ? Tensor.zeros(ElementType.INT64, batchSize) : null;
        FloatBuffer values = x.floats();
        byte[] image = new byte[data.imageBytes()];
        RandomGenerator flips = random(seed, step);
        for (int i = 0; i < batchSize; i++) {
            int index = index(step * batchSize + i);
            data.copy(index, image);
            if (y != null) {
                y.longs().put(i, data.label(index));
            }
            boolean mirrored = flip && flips.nextBoolean();
            for (int c = 0; c < 3; c++) {
                int plane = (i * 3 + c) * pixels;
                for (int row = 0; row < size; row++) {
                    for (int column = 0; column < size; column++) {
                        int from = mirrored ? size - 1 - column : column;
                        int grey = image[(row * size + from) * 3 + c] & 0xff;
                        values.put(plane + row * size + column, grey / 127.5f - 1);
                    }
                }
            }
        }
        return new Batch(x, y);
    }

    private int index(long position) {
        long epoch = position / data.size();
        if (epoch != shuffledEpoch) {
            order = new int[data.size()];
            RandomGenerator random = random(~seed, epoch);
            for (int i = 0; i < order.length; i++) {
                int j = random.nextInt(i + 1);
                order[i] = order[j];
                order[j] = i;
            }
            shuffledEpoch = epoch;
        }
        return order[(int) (position % data.size())];
    }

    /** A generator for one purpose (an odd or an even seed) and one step or epoch. */
    static RandomGenerator random(long seed, long number) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 0x9E3779B97F4A7C15L + number);
    }
}
