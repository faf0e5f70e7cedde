package io.adm4j.harness.bench.serve;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.EncodedImage;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Compares images with those that the same seeds gave alone. May be used from several threads at once. */
final class ImageCheck {
    private static final int COLORS = 3;
    private static final int WHITE = 255;

    private final List<byte[]> expected;
    private final int tolerance;
    private final AtomicInteger equal = new AtomicInteger();
    private final AtomicInteger largest = new AtomicInteger();

    /**
     * @param expected PNG files by seed, from 0 on
     * @param tolerance levels by which a pixel may differ
     */
    ImageCheck(List<byte[]> expected, int tolerance) {
        this.expected = List.copyOf(expected);
        this.tolerance = tolerance;
    }

    /** Number of seeds that have an image. */
    int seeds() {
        return expected.size();
    }

    /** @throws WrongImageException if a pixel differs by more than the tolerance */
    void check(String function, int seed, byte[] png) {
        int difference = difference(expected.get(seed), png);
        if (difference == 0) {
            equal.incrementAndGet();
        }
        largest.accumulateAndGet(difference, Math::max);
        if (difference > tolerance) {
            throw new WrongImageException(function + " answered with another image for seed " + seed
                    + " than when it was alone: a pixel differs by " + difference + " of 255 levels.");
        }
    }

    /** Images that were equal in every pixel, so far. */
    int equal() {
        return equal.get();
    }

    /** The largest difference of a pixel, in levels, so far. */
    int largestDifference() {
        return largest.get();
    }

    /** The largest difference of a pixel, in levels; of what cannot be compared, all of them. */
    private static int difference(byte[] a, byte[] b) {
        if (Arrays.equals(a, b)) {
            return 0;
        }
        try {
            byte[] x = new EncodedImage(a).pixels(COLORS);
            byte[] y = new EncodedImage(b).pixels(COLORS);
            int most = x.length == y.length ? 0 : WHITE;
            for (int i = 0; i < Math.min(x.length, y.length); i++) {
                most = Math.max(most, Math.abs((x[i] & WHITE) - (y[i] & WHITE)));
            }
            return most;
        } catch (UserError e) {
            return WHITE;
        }
    }
}
