package io.adm4j.harness.restoration;

import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Each pixel becomes the median of the known pixels around it: what restores images without a model. */
final class MedianFilter {
    private final int radius;

    /** @param radius of the square window: 1 for 3x3 pixels */
    MedianFilter(int radius) {
        this.radius = radius;
    }

    /**
     * Replaces every pixel.
     *
     * @param images uint8 {@code [N, H, W, C]}, not modified
     */
    Tensor smooth(Tensor images) {
        Tensor smoothed = images.copy();
        boolean[] known = new boolean[(int) (images.dim(1) * images.dim(2))];
        Arrays.fill(known, true);
        for (int y = 0; y < images.dim(1); y++) {
            for (int x = 0; x < images.dim(2); x++) {
                replace(images, known, y, x, smoothed);
            }
        }
        return smoothed;
    }

    /**
     * Replaces the pixels that are not known; around each the window grows until it holds one that is, and once more by the radius.
     *
     * @param images uint8 {@code [N, H, W, C]}, not modified
     * @param known whether each pixel is, row by row; at least one
     */
    Tensor fill(Tensor images, boolean[] known) {
        Tensor filled = images.copy();
        int width = (int) images.dim(2);
        for (int i = 0; i < known.length; i++) {
            if (!known[i]) {
                replace(images, known, i / width, i % width, filled);
            }
        }
        return filled;
    }

    private void replace(Tensor images, boolean[] known, int y, int x, Tensor target) {
        int height = (int) images.dim(1);
        int width = (int) images.dim(2);
        int channels = (int) images.dim(3);
        int reach = radius;
        while (inWindow(known, height, width, y, x, reach - radius).length == 0) {
            reach++;
        }
        int[] window = inWindow(known, height, width, y, x, reach);
        ByteBuffer from = images.bytes();
        ByteBuffer to = target.bytes();
        int[] values = new int[window.length];
        for (int image = 0; image < images.dim(0); image++) {
            for (int channel = 0; channel < channels; channel++) {
                int first = image * height * width * channels + channel;
                for (int i = 0; i < window.length; i++) {
                    values[i] = from.get(first + window[i] * channels) & 0xff;
                }
                Arrays.sort(values);
                to.put(first + (y * width + x) * channels, (byte) values[values.length / 2]);
            }
        }
    }

    /** The known pixels at most so far away, by their numbers. */
    private static int[] inWindow(boolean[] known, int height, int width, int y, int x, int reach) {
        int[] found = new int[(2 * reach + 1) * (2 * reach + 1)];
        int count = 0;
        for (int row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
            for (int column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
                if (known[row * width + column]) {
                    found[count++] = row * width + column;
                }
            }
        }
        return Arrays.copyOf(found, count);
    }
}
