package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;

/**
 * How predictions of x_0 are kept near the range of images.
 *
 * @param kind what is done
 * @param ratio quantile of the dynamic kind, above 0 and at most 1; not used by the others
 */
public record Thresholding(Kind kind, double ratio) {
    /** Predictions are used as they are. */
    public static final Thresholding NONE = new Thresholding(Kind.NONE, Thresholding.STANDARD_RATIO);

    /** Predictions are clipped to [-1, 1], as the published scripts do. */
    public static final Thresholding STATIC = new Thresholding(Kind.STATIC, Thresholding.STANDARD_RATIO);

    /** The quantile of dynamic thresholding unless another is chosen. */
    public static final double STANDARD_RATIO = 0.995;

    /** The kinds, by the names that options and files use. */
    public enum Kind {
        /** No change. */
        NONE,
        /** Clipping to [-1, 1]. */
        STATIC,
        /**
         * Clipping to [-s, s] and division by s, where s is a quantile of an image's absolute values, at least 1 (Saharia et
         * al.: "Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding", section 2.3).
         */
        DYNAMIC;

        /** The name in options and files. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @throws IllegalArgumentException if the ratio is out of its range */
    public Thresholding {
        if (!(ratio > 0 && ratio <= 1)) {
            throw new IllegalArgumentException("A thresholding ratio is above 0 and at most 1, not " + ratio + ".");
        }
    }

    /** Clipping to [-1, 1] or nothing, as the published flag {@code clip_denoised} says. */
    public static Thresholding clipping(boolean clipDenoised) {
        return clipDenoised ? STATIC : NONE;
    }

    /**
     * Applies it to predictions.
     *
     * @param x0 float32 {@code [N, ...]}, overwritten; each image is treated by itself
     */
    void apply(Tensor x0) {
        int images = (int) x0.dim(0);
        if (kind == Kind.NONE || images == 0) {
            return;
        }
        FloatBuffer values = x0.floats();
        int length = values.capacity() / images;
        for (int image = 0; image < images; image++) {
            double limit = kind == Kind.DYNAMIC ? Math.max(1, quantile(values, image * length, length)) : 1;
            for (int i = image * length; i < (image + 1) * length; i++) {
                values.put(i, (float) (Math.max(-limit, Math.min(limit, values.get(i))) / limit));
            }
        }
    }

    /** The quantile of absolute values, linear between the two nearest. */
    private double quantile(FloatBuffer values, int from, int length) {
        float[] sorted = new float[length];
        for (int i = 0; i < length; i++) {
            sorted[i] = Math.abs(values.get(from + i));
        }
        Arrays.sort(sorted);
        double place = ratio * (length - 1);
        int below = (int) place;
        double low = sorted[below];
        return low + (place - below) * (sorted[Math.min(below + 1, length - 1)] - low);
    }
}
