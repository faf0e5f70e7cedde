package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.linalg.Shuffle;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How far chance moves a value of n samples that no sum over them gives, such as a share of a reference that the samples
 * cover. Resamples that repeat images would shift it, so the samples are divided at random into parts that share none. The
 * values of such parts are independent, hence the variance over the parts of a division is an unbiased estimate of the
 * variance of a value of n/2, n/4 or n/8 samples. How its logarithm goes on from there to n samples, which saturation of the
 * share bends, a parabola over the three tells.
 */
final class PartSpread {
    /** Parts of a division, from the fewest. */
    private static final int[] PARTS = {2, 4, 8};

    /** Of the finest division. */
    static final int MOST_PARTS = PARTS[PARTS.length - 1];

    /** Degrees of freedom of a variance, over all divisions. */
    private static final int FREEDOM = 600;

    /** By how much the variance of n samples may differ from that of n/2. */
    private static final double MOST_CHANGE = 8;

    private PartSpread() {}

    /** A value of the samples of each part alone. */
    interface Value {
        /**
         * @param part of each sample
         * @return one value a part
         */
        double[] of(byte[] part, int parts);
    }

    /**
     * @param samples number of samples
     * @param seed of the divisions
     */
    static Spread of(Value value, int samples, long seed) {
        double half = variance(value, samples, PARTS[0], seed);
        double quarter = variance(value, samples, PARTS[1], seed);
        double eighth = variance(value, samples, PARTS[2], seed);
        if (half == 0 || quarter == 0 || eighth == 0) {
            return Spread.ofNormal(Math.sqrt(half));
        }
        double change = 2 * Math.log(half) - 3 * Math.log(quarter) + Math.log(eighth);
        double most = Math.log(MOST_CHANGE);
        return Spread.ofNormal(Math.sqrt(half * Math.exp(Math.max(-most, Math.min(most, change)))));
    }

    private static double variance(Value value, int samples, int parts, long seed) {
        int divisions = FREEDOM / (parts - 1);
        return IntStream.range(0, divisions)
                        .parallel()
                        .mapToDouble(division -> variance(value.of(division(samples, parts, seed + division), parts)))
                        .sum()
                / divisions;
    }

    private static byte[] division(int samples, int parts, long seed) {
        int[] order = Shuffle.of(samples, new SplittableRandom(seed));
        byte[] part = new byte[samples];
        for (int i = 0; i < samples; i++) {
            part[order[i]] = (byte) (i % parts);
        }
        return part;
    }

    private static double variance(double[] values) {
        double sum = 0;
        for (double value : PairedBootstrap.centered(values)) {
            sum += value * value;
        }
        return sum / (values.length - 1);
    }
}
