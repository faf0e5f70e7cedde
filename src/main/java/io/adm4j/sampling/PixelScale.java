package io.adm4j.sampling;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Converts between images as networks take them (NCHW, in [-1, 1]) and as files hold them (NHWC, 0 to 255). */
public final class PixelScale {
    /** Levels in a unit of the range [-1, 1]. */
    public static final float HALF_RANGE = 127.5f;

    private static final float HALF_LEVEL = 0.5f;
    private static final int BRIGHTEST = 255;

    private PixelScale() {}

    /**
     * (x + 1) &middot; 127.5, clamped and truncated to whole levels, as published.
     *
     * @param x float32 {@code [N, C, H, W]}
     * @return uint8 {@code [N, H, W, C]}
     */
    public static Tensor toBytes(Tensor x) {
        return toBytes(x, 0);
    }

    /**
     * As {@link #toBytes}, but to the nearest level: the levels that {@link #toFloats} was given come back exactly.
     *
     * @param x float32 {@code [N, C, H, W]}
     * @return uint8 {@code [N, H, W, C]}
     */
    public static Tensor toNearestBytes(Tensor x) {
        return toBytes(x, HALF_LEVEL);
    }

    private static Tensor toBytes(Tensor x, float added) {
        int count = (int) x.dim(0);
        int channels = (int) x.dim(1);
        int pixels = (int) (x.dim(2) * x.dim(3));
        Tensor images = Tensor.zeros(ElementType.UINT8, count, x.dim(2), x.dim(3), channels);
        FloatBuffer from = x.floats();
        ByteBuffer to = images.bytes();
        for (int n = 0; n < count; n++) {
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < channels; c++) {
                    float level = (from.get((n * channels + c) * pixels + p) + 1) * HALF_RANGE + added;
                    to.put((byte) (int) Math.max(0, Math.min(BRIGHTEST, level)));
                }
            }
        }
        return images;
    }

    /**
     * Levels divided by 127.5, minus 1.
     *
     * @param images uint8 {@code [N, H, W, C]}
     * @return float32 {@code [N, C, H, W]}
     */
    public static Tensor toFloats(Tensor images) {
        int count = (int) images.dim(0);
        int channels = (int) images.dim(3);
        int pixels = (int) (images.dim(1) * images.dim(2));
        Tensor x = Tensor.zeros(ElementType.FLOAT32, count, channels, images.dim(1), images.dim(2));
        ByteBuffer from = images.bytes();
        FloatBuffer to = x.floats();
        for (int n = 0; n < count; n++) {
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < channels; c++) {
                    to.put((n * channels + c) * pixels + p, (from.get() & BRIGHTEST) / HALF_RANGE - 1);
                }
            }
        }
        return x;
    }
}
