package io.adm4j.harness.bench;

import java.util.Arrays;

/**
 * Measured times of one workload.
 *
 * @param name of the workload
 * @param images per run
 * @param seconds one value per run, in order; at least one
 */
public record Timing(String name, int images, double[] seconds) {

    /** Runs a workload and measures its time, after runs that do not count. */
    public static Timing of(Workload workload, int images, int warmUps, int repeats, Runnable afterEach) {
        for (int i = 0; i < warmUps; i++) {
            workload.run();
            afterEach.run();
        }
        double[] seconds = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            long start = System.nanoTime();
            workload.run();
            seconds[i] = (System.nanoTime() - start) / 1e9;
            afterEach.run();
        }
        return new Timing(workload.name(), images, seconds);
    }

    /** The shortest run, in seconds. */
    public double min() {
        return Arrays.stream(seconds).min().orElseThrow();
    }

    /** The median, in seconds; of an even number of runs, the mean of the middle two. */
    public double median() {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /**
     * The shortest time within which a share of the runs was done, in seconds.
     *
     * @param share in (0, 1]; 0.99 for the 99th percentile, by nearest rank
     */
    public double percentile(double share) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    /** Images per second of the median run. */
    public double rate() {
        return images / median();
    }
}
