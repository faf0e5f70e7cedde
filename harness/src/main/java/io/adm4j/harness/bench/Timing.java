package io.adm4j.harness.bench;

import java.util.Arrays;

/**
 * How long a measurement took.
 *
 * @param name of the measurement
 * @param images that one run handles
 * @param seconds one value a run, in order; at least one
 */
public record Timing(String name, int images, double[] seconds) {

    /** Runs a measurement and takes its time, after runs that are not counted. */
    public static Timing of(Measurement measurement, int images, int warmUps, int repeats, Runnable afterEach) {
        for (int i = 0; i < warmUps; i++) {
            measurement.run();
            afterEach.run();
        }
        double[] seconds = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            long start = System.nanoTime();
            measurement.run();
            seconds[i] = (System.nanoTime() - start) / 1e9;
            afterEach.run();
        }
        return new Timing(measurement.name(), images, seconds);
    }

    /** The shortest run, in seconds. */
    public double min() {
        return Arrays.stream(seconds).min().orElseThrow();
    }

    /** The middle of all runs, in seconds; of an even number, the mean of the middle two. */
    public double median() {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Images per second of the median run. */
    public double rate() {
        return images / median();
    }
}
