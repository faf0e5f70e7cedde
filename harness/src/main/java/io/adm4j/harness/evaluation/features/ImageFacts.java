package io.adm4j.harness.evaluation.features;

import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What the pixels of an image show.
 *
 * @param digest equal for equal images of one size, and for no others
 * @param gray whether it has several channels that differ by less than is seen: {@link #COLORLESS} levels on average
 * @param step mean absolute difference between pixels that are neighbors in a row or a column
 * @param edge by how much that difference is larger across the edges of blocks of 8x8 pixels than beside them
 */
public record ImageFacts(Digest digest, boolean gray, double step, double edge) {
    /** Mean difference of the channels of a pixel, in levels, below which an image shows no color. */
    static final double COLORLESS = 4;

    private static final int BLOCK = 8;

    /** The first 128 bits of SHA-256. */
    public record Digest(long high, long low) {
        static Digest of(byte[] bytes) {
            try {
                ByteBuffer sum =
                        ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
                return new Digest(sum.getLong(), sum.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java has SHA-256.", e);
            }
        }
    }

    /** @param image uint8 [1, H, W, C] */
    static ImageFacts of(Tensor image) {
        int height = (int) image.dim(1);
        int width = (int) image.dim(2);
        int channels = (int) image.dim(3);
        byte[] values = new byte[height * width * channels];
        image.bytes().get(values);
        int[] brightness = new int[height * width];
        long color = 0;
        for (int pixel = 0; pixel < brightness.length; pixel++) {
            int least = 255;
            int most = 0;
            for (int c = 0; c < channels; c++) {
                int value = Byte.toUnsignedInt(values[pixel * channels + c]);
                brightness[pixel] += value;
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
            color += most - least;
        }
        double[] across = steps(brightness, height, width, width, 1);
        double[] down = steps(brightness, width, height, 1, width);
        return new ImageFacts(
                Digest.of(values),
                channels > 1 && color < COLORLESS * brightness.length,
                (mean(across) + mean(down)) / 2 / channels,
                (edge(across) + edge(down)) / 2 / channels);
    }

    /** The mean absolute difference between each column and the next, or with strides exchanged each row and the next. */
    private static double[] steps(int[] brightness, int lines, int length, int lineStride, int stride) {
        double[] steps = new double[Math.max(0, length - 1)];
        for (int line = 0; line < lines; line++) {
            for (int i = 0; i < steps.length; i++) {
                int at = line * lineStride + i * stride;
                steps[i] += Math.abs(brightness[at + stride] - brightness[at]);
            }
        }
        for (int i = 0; i < steps.length; i++) {
            steps[i] /= lines;
        }
        return steps;
    }

    private static double edge(double[] steps) {
        double sum = 0;
        int count = 0;
        for (int i = BLOCK - 1; i + 1 < steps.length; i += BLOCK) {
            sum += steps[i] - (steps[i - 1] + steps[i + 1]) / 2;
            count++;
        }
        return count == 0 ? 0 : sum / count;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? 0 : sum / values.length;
    }
}
