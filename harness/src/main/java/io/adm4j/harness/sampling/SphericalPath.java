package io.adm4j.harness.sampling;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;

/**
 * Noise on the way from one to another at even angles, so that all of it is as long as noise is (Song, Meng and Ermon: "Denoising Diffusion
 * Implicit Models", appendix D.5).
 */
public final class SphericalPath {
    /** Below this angle the straight way is the same, and the sine of the angle no divisor. */
    private static final double STRAIGHT = 1e-6;

    private SphericalPath() {}

    /**
     * The way, both ends included.
     *
     * @param ends float32 {@code [2, C, H, W]}
     * @param count at least 2
     * @return float32 {@code [count, C, H, W]}
     */
    public static Tensor between(Tensor ends, int count) {
        FloatBuffer values = ends.floats();
        int length = ends.size() / 2;
        double angle = angle(values, length);
        long[] shape = ends.shape();
        shape[0] = count;
        Tensor path = Tensor.zeros(ElementType.FLOAT32, shape);
        FloatBuffer target = path.floats();
        for (int k = 0; k < count; k++) {
            double share = (double) k / (count - 1);
            double first = angle < STRAIGHT ? 1 - share : Math.sin((1 - share) * angle) / Math.sin(angle);
            double second = angle < STRAIGHT ? share : Math.sin(share * angle) / Math.sin(angle);
            for (int i = 0; i < length; i++) {
                target.put(k * length + i, (float) (first * values.get(i) + second * values.get(length + i)));
            }
        }
        return path;
    }

    private static double angle(FloatBuffer values, int length) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < length; i++) {
            double a = values.get(i);
            double b = values.get(length + i);
            product += a * b;
            first += a * a;
            second += b * b;
        }
        double lengths = Math.sqrt(first * second);
        return lengths == 0 ? 0 : Math.acos(Math.max(-1, Math.min(1, product / lengths)));
    }
}
