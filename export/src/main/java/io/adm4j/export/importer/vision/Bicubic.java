package io.adm4j.export.importer.vision;

import io.adm4j.tensor.Tensor;

/** Bicubic interpolation along one axis as a matrix, as PyTorch's {@code interpolate} computes it without antialiasing. */
final class Bicubic {
    /** PyTorch's coefficient of the cubic kernel (Keys, 1981). */
    private static final double A = -0.75;

    private Bicubic() {}

    /**
     * The weights of the old places for each new one. Centers are at half-integers; places beyond the ends are the ends.
     *
     * @param scale old places in a new one; not quite {@code from / to} where the published code says so
     * @return float32 [to, from]
     */
    static Tensor matrix(int from, int to, double scale) {
        float[] weights = new float[to * from];
        for (int i = 0; i < to; i++) {
            double place = (i + 0.5) * scale - 0.5;
            int before = (int) Math.floor(place);
            for (int j = before - 1; j <= before + 2; j++) {
                int old = Math.min(from - 1, Math.max(0, j));
                weights[i * from + old] += (float) kernel(Math.abs(place - j));
            }
        }
        return Tensor.of(weights, to, from);
    }

    private static double kernel(double distance) {
        double d = distance;
        return d <= 1 ? ((A + 2) * d - (A + 3)) * d * d + 1 : d < 2 ? (((d - 5) * d + 8) * d - 4) * A : 0;
    }
}
