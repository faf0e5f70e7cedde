package io.adm4j.harness.training;

import io.adm4j.feedback.Count;
import java.util.List;
import java.util.Locale;

/**
 * The decay rate of an exponential moving average of the weights, and how much of the initial weights the average still
 * holds: rate^steps of them after a number of steps.
 *
 * @param rate in (0, 1)
 */
public record MovingAverageRate(double rate) {
    /** Above this share of initial weights an average does not show what training reached. */
    private static final double MOST_INITIAL = 0.1;

    /** A sentence for each rate that is too slow for a number of steps, with the steps or the rate that would do. */
    public static List<String> warnings(List<Double> rates, long steps) {
        return rates.stream()
                .map(MovingAverageRate::new)
                .filter(average -> average.isTooSlowFor(steps))
                .map(average -> "the moving average " + average.finding(steps) + ": train for at least "
                        + average.stepsNeeded() + " steps, or start again with an --ema-rate of at most "
                        + largestFor(steps) + ".")
                .toList();
    }

    /** Whether the average still holds more than a tenth of the initial weights. */
    public boolean isTooSlowFor(long steps) {
        return initialShare(steps) > MOST_INITIAL;
    }

    /** The part of the initial weights in the average, from 0 to 1. */
    double initialShare(long steps) {
        return Math.pow(rate, steps);
    }

    /** The steps after which the average holds no more than a tenth of the initial weights. */
    public long stepsNeeded() {
        return (long) Math.ceil(Math.log(MOST_INITIAL) / Math.log(rate));
    }

    /** The largest rate with which an average holds no more than a tenth of the initial weights, rounded down. */
    public static String largestFor(long steps) {
        double rate = Math.pow(MOST_INITIAL, 1.0 / steps);
        int digits = Math.max(3, 2 + (int) -Math.log10(1 - rate));
        double unit = Math.pow(10, digits);
        return String.format(Locale.ROOT, "%." + digits + "f", Math.floor(rate * unit) / unit);
    }

    /** The finding of a warning: "of rate 0.995 holds 61 % of the initial weights after 100 steps". */
    public String finding(long steps) {
        return String.format(
                Locale.ROOT,
                "of rate %s holds %.0f %% of the initial weights after %s",
                rate,
                100 * initialShare(steps),
                Count.of(steps, "step"));
    }
}
