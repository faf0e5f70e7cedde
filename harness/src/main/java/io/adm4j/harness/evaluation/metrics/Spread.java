package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.result.Interval;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How far other samples of the same number would move a value.
 *
 * @param standardError standard deviation of the moves
 * @param low the 2.5% quantile of the moves
 * @param high their 97.5% quantile
 */
record Spread(double standardError, double low, double high) {
    /** Quantile of the standard normal distribution for 95%. */
    private static final double NORMAL = 1.959964;

    /**
     * That of a mean over images, from resamples of the images (Efron 1979).
     *
     * @param influence by how much each image moves the value, times the number of images; their mean is 0
     * @param resamples at least 1
     * @param seed of the resamples: those of as many images with the same seed repeat the same ones
     */
    static Spread of(double[] influence, int resamples, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] moves = new double[resamples];
        double square = 0;
        for (int b = 0; b < resamples; b++) {
            double sum = 0;
            for (int i = 0; i < influence.length; i++) {
                sum += influence[random.nextInt(influence.length)];
            }
            moves[b] = sum / influence.length;
            square += moves[b] * moves[b];
        }
        Arrays.sort(moves);
        return new Spread(Math.sqrt(square / resamples), quantile(moves, 0.025), quantile(moves, 0.975));
    }

    /** That of a value with a normal distribution. */
    static Spread ofNormal(double standardError) {
        return new Spread(standardError, -NORMAL * standardError, NORMAL * standardError);
    }

    /** All moves times a factor. */
    Spread times(double factor) {
        return new Spread(factor * standardError, factor * low, factor * high);
    }

    /** With another, independent source of moves. */
    Spread with(double otherStandardError) {
        return standardError == 0
                ? ofNormal(otherStandardError)
                : times(Math.hypot(standardError, otherStandardError) / standardError);
    }

    /** The interval around a value that moves so. */
    Interval around(double value) {
        return new Interval(value + low, value + high);
    }

    /** Linear between the neighboring values. */
    private static double quantile(double[] ascending, double share) {
        double place = share * (ascending.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, ascending.length - 1);
        return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
    }
}
