package io.adm4j.harness.report;

/**
 * A range of figures between round ends, with ticks at round places.
 *
 * @param step distance between ticks; both ends are ticks
 */
record Axis(double low, double high, double step) {
    /** An axis of about five ticks that holds all figures from {@code least} to {@code greatest}. */
    static Axis around(double least, double greatest) {
        double range = greatest - least;
        if (range <= 0) {
            range = least == 0 ? 1 : Math.abs(least);
        }
        double power = Math.pow(10, Math.floor(Math.log10(range / 4)));
        double steps = range / 4 / power;
        double step = power * (steps <= 1 ? 1 : steps <= 2 ? 2 : steps <= 5 ? 5 : 10);
        double low = Math.floor(least / step) * step;
        double high = Math.ceil(greatest / step) * step;
        return new Axis(low, high > low ? high : low + step, step);
    }

    double[] ticks() {
        double[] ticks = new double[(int) Math.round((high - low) / step) + 1];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = low + i * step;
        }
        return ticks;
    }

    /** Where a value is between the ends: 0 to 1. */
    double share(double value) {
        return (value - low) / (high - low);
    }
}
