package io.adm4j.export.net;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/** The keys that {@link Dropout#keyed} takes. */
public final class DropoutKeys {
    /** Keys are in [LEAST, 2·LEAST): large enough that every element's phase wraps around hundreds of times. */
    private static final float LEAST = 1024;

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private DropoutKeys() {}

    /**
     * Keys for consecutive examples. The keys of an example depend only on the seed and its number, not on its batch.
     *
     * @param firstExample number of the first example since the beginning of the training
     * @return float32 [examples, layers]
     */
    public static Tensor of(long seed, long firstExample, int examples, int layers) {
        Tensor keys = Tensor.zeros(ElementType.FLOAT32, examples, layers);
        FloatBuffer values = keys.floats();
        for (int i = 0; i < examples; i++) {
            long mixed = new SplittableRandom(seed + GOLDEN_GAMMA * (firstExample + i)).nextLong();
            SplittableRandom random = new SplittableRandom(mixed);
            for (int layer = 0; layer < layers; layer++) {
                values.put(LEAST + (float) random.nextInt(1 << 23) * (LEAST / (1 << 23)));
            }
        }
        return keys;
    }
}
