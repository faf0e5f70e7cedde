package io.adm4j.restoration;

import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The standard deviation of the noise in an image, from the median of its finest diagonal Haar coefficients (Donoho and Johnstone:
 * "Ideal spatial adaptation by wavelet shrinkage", 1994).
 */
public final class NoiseEstimate {
    /** Median of the absolute value of a standard normal number. */
    private static final double MEDIAN_OF_NORMAL = 0.6745;

    /** Fewer coefficients have no useful median. */
    private static final int LEAST = 16;

    private NoiseEstimate() {}

    /**
     * Estimates it. Where enough is left, blocks with the darkest or brightest level do not count: their noise was cut off.
     *
     * @param image float32 {@code [1, C, H, W]} in [-1, 1]
     * @return in the same range, at least 0
     */
    public static double of(Tensor image) {
        double[] whole = coefficients(image, true);
        double[] used = whole.length >= LEAST ? whole : coefficients(image, false);
        if (used.length == 0) {
            return 0;
        }
        Arrays.sort(used);
        return used[used.length / 2] / MEDIAN_OF_NORMAL;
    }

    private static double[] coefficients(Tensor image, boolean withoutExtremes) {
        int planes = (int) (image.dim(0) * image.dim(1));
        int height = (int) image.dim(2);
        int width = (int) image.dim(3);
        FloatBuffer values = image.floats();
        double[] all = new double[planes * (height / 2) * (width / 2)];
        int count = 0;
        for (int plane = 0; plane < planes; plane++) {
            for (int y = 0; y + 1 < height; y += 2) {
                for (int x = 0; x + 1 < width; x += 2) {
                    int at = (plane * height + y) * width + x;
                    float a = values.get(at);
                    float b = values.get(at + 1);
                    float c = values.get(at + width);
                    float d = values.get(at + width + 1);
                    if (!withoutExtremes || inside(a) && inside(b) && inside(c) && inside(d)) {
                        all[count++] = Math.abs(a - b - c + d) / 2;
                    }
                }
            }
        }
        return Arrays.copyOf(all, count);
    }

    private static boolean inside(float value) {
        return value > -1 && value < 1;
    }
}
