package io.adm4j.harness.evaluation.linalg;

import io.adm4j.tensor.HalfFloat;

/**
 * Sums of float16 numbers in the order in which TensorFlow adds them on a processor: long rows in halves, of each half
 * every 32nd number into one of 32 partial sums, each step rounded to float16. Another order gives another last digit for
 * every third row of Inception features.
 */
public final class HalfSum {
    private static final int LANES = 8;
    private static final int SUMS = 4;
    /** Rows longer than this are added in halves. */
    private static final int LONGEST = 200 * LANES;

    private HalfSum() {}

    /** The sum of values {@code from} (inclusive) to {@code to} (exclusive), which are float16 numbers; so is the sum. */
    public static float of(float[] values, int from, int to) {
        int count = to - from;
        if (count > LONGEST) {
            int middle = from + (count / 2 + count % 2 + LANES - 1) / LANES * LANES;
            return HalfFloat.rounded(of(values, from, middle) + of(values, middle, to));
        }
        float[][] sums = new float[SUMS][LANES];
        int at = from;
        for (; to - at >= SUMS * LANES; at += SUMS * LANES) {
            for (int s = 0; s < SUMS; s++) {
                add(sums[s], values, at + s * LANES);
            }
        }
        for (int s = 1; s < SUMS; s++) {
            add(sums[0], sums[s], 0);
        }
        for (; to - at >= LANES; at += LANES) {
            add(sums[0], values, at);
        }
        float rest = 0;
        for (; at < to; at++) {
            rest = HalfFloat.rounded(rest + values[at]);
        }
        float total = 0;
        for (float sum : sums[0]) {
            total += sum;
        }
        return HalfFloat.rounded(rest + HalfFloat.rounded(total));
    }

    private static void add(float[] sums, float[] values, int from) {
        for (int lane = 0; lane < LANES; lane++) {
            sums[lane] = HalfFloat.rounded(sums[lane] + values[from + lane]);
        }
    }
}
