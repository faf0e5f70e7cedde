package io.adm4j.harness.evaluation.features;

import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Files of images without labels for tests of evaluation. */
public final class RandomImages {
    private RandomImages() {}

    /**
     * Writes square RGB images.
     *
     * @param levels values are below this, from 1 to 256
     */
    public static Path write(Path file, int count, int size, long seed, int levels) {
        byte[] values = new byte[count * size * size * 3];
        Random random = new Random(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) random.nextInt(levels);
        }
        Npz.write(file, Map.of("arr_0", Tensor.of(values, count, size, size, 3)));
        return file;
    }
}
