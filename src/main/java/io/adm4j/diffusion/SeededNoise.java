package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * Standard normal noise that depends on nothing but each image's own seed, so that neither batch size nor order nor
 * machine changes an image. This definition stays as it is across versions:
 *
 * <ul>
 *   <li>Image n has the Philox4x32-10 key {@code seeds[n]}; the counter is {@code (b, 0, s, g)} with b the number of a
 *       block of four values, s the stream: 0 for the initial noise, k+1 for the k-th step (from 0) of a sampler, and g the
 *       stage: 0 for a base model, 1 for an upsampler, 2 for noise that is added to measurements.
 *   <li>The four words w of a block give four values by Box and Muller: with u(w) = (w + 0.5) / 2<sup>32</sup>, r =
 *       sqrt(-2 ln u(w0)) and a = 2&pi; u(w1), the first two are r cos a and r sin a; w2 and w3 give the other two.
 *   <li>Values fill the image's elements in the order of its memory (channel, line, column).
 * </ul>
 *
 * <p>Computed in float64 with {@link StrictMath}, then rounded to float32: the same bits on every machine.
 */
public final class SeededNoise implements NoiseSource {
    private static final int BLOCK = 4;
    private static final double UNIT = 1.0 / (1L << 32);

    private static final int BASE = 0;
    private static final int UPSAMPLING = 1;
    private static final int MEASUREMENT = 2;

    private final long[] seeds;
    private final int stage;

    private SeededNoise(int stage, long[] seeds) {
        this.seeds = seeds.clone();
        this.stage = stage;
    }

    /**
     * Noise for a batch.
     *
     * @param seeds one per image, in the order of the batch
     */
    public SeededNoise(long... seeds) {
        this(BASE, seeds);
    }

    /** Noise for upsampling a batch: independent of the noise that a base model takes for the same seeds. */
    public static SeededNoise ofUpsampler(long... seeds) {
        return new SeededNoise(UPSAMPLING, seeds);
    }

    /** Noise that damages images before they are restored: independent of the noise of their restoration for the same seeds. */
    public static SeededNoise ofMeasurement(long... seeds) {
        return new SeededNoise(MEASUREMENT, seeds);
    }

    /** The initial noise x_T, float32 of this shape; the first dimension is the number of seeds. */
    public Tensor start(long... shape) {
        Tensor noise = Tensor.zeros(ElementType.FLOAT32, shape);
        fillStream(0, noise);
        return noise;
    }

    @Override
    public void fill(int step, Tensor noise) {
        fillStream(step + 1, noise);
    }

    private void fillStream(int stream, Tensor noise) {
        if (noise.rank() == 0 || noise.dim(0) != seeds.length) {
            throw new IllegalArgumentException("Noise for " + seeds.length + " images does not fit " + noise + ".");
        }
        if (seeds.length == 0) {
            return;
        }
        FloatBuffer values = noise.floats();
        int length = values.capacity() / seeds.length;
        // StrictMath makes this the most expensive part of an ancestral step outside the network; images are
        // independent.
        IntStream.range(0, seeds.length).parallel().forEach(n -> {
            float[] image = new float[length];
            normals(seeds[n], stream, stage, image);
            values.put(n * length, image);
        });
    }

    private static void normals(long seed, int stream, int stage, float[] values) {
        int[] words = new int[BLOCK];
        for (int at = 0; at < values.length; at += BLOCK) {
            words[0] = at / BLOCK;
            words[1] = 0;
            words[2] = stream;
            words[3] = stage;
            Philox.encrypt(seed, words);
            for (int pair = 0; pair < BLOCK && at + pair < values.length; pair += 2) {
                double radius = Math.sqrt(-2 * StrictMath.log(uniform(words[pair])));
                double angle = 2 * Math.PI * uniform(words[pair + 1]);
                values[at + pair] = (float) (radius * StrictMath.cos(angle));
                if (at + pair + 1 < values.length) {
                    values[at + pair + 1] = (float) (radius * StrictMath.sin(angle));
                }
            }
        }
    }

    private static double uniform(int word) {
        return (Integer.toUnsignedLong(word) + 0.5) * UNIT;
    }
}
