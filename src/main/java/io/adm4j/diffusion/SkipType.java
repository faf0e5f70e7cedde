package io.adm4j.diffusion;

/** How the times of a solver are spaced, by the names of the DPM-Solver paper's code. */
public enum SkipType {
    /** Evenly in time. */
    TIME_UNIFORM("time-uniform"),
    /** Evenly in the logarithm of the signal-to-noise ratio. */
    LOG_SNR("log-snr"),
    /** Evenly in the square root of time: closer together towards the image. */
    TIME_QUADRATIC("time-quadratic");

    private final String key;

    SkipType(String key) {
        this.key = key;
    }

    /** The name in options and files. */
    public String key() {
        return key;
    }

    /**
     * Times between two others.
     *
     * @param from the first
     * @param to the last
     * @param steps number of intervals
     * @return {@code steps + 1} times
     */
    double[] times(ContinuousSchedule schedule, double from, double to, int steps) {
        double[] times = new double[steps + 1];
        double start = place(schedule, from);
        double end = place(schedule, to);
        for (int i = 0; i <= steps; i++) {
            times[i] = time(schedule, start + (end - start) * i / steps);
        }
        times[0] = from;
        times[steps] = to;
        return times;
    }

    private double place(ContinuousSchedule schedule, double time) {
        return switch (this) {
            case TIME_UNIFORM -> time;
            case LOG_SNR -> schedule.lambda(time);
            case TIME_QUADRATIC -> Math.sqrt(time);
        };
    }

    private double time(ContinuousSchedule schedule, double place) {
        return switch (this) {
            case TIME_UNIFORM -> place;
            case LOG_SNR -> schedule.inverseLambda(place);
            case TIME_QUADRATIC -> place * place;
        };
    }
}
