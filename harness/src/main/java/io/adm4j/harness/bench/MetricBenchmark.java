package io.adm4j.harness.bench;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.SymmetricEigen;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * Measured times of metrics, wall clock and CPU (the mean over the runs), on synthetic features: positive, each correlated
 * with its neighbors, of different variance.
 *
 * @param dimension length of a feature vector
 * @param reference feature vectors of the reference
 * @param samples feature vectors of the samples
 * @param threads threads to use; 0 for all cores
 * @param repeats runs of each metric
 */
public record MetricBenchmark(int dimension, int reference, int samples, int threads, int repeats) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    /** Measures one metric after the other; returns a table for the console. */
    public String run(List<MetricBenchTarget> targets, ProgressListener listener) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d samples against %,d reference images, %,d features; eigenvalues by %s; %s%n%-38s %10s %10s %10s%n",
                samples,
                reference,
                dimension,
                SymmetricEigen.implementation(),
                Count.of(repeats, "run"),
                "",
                "min s",
                "median s",
                "CPU s"));
        try (MatrixProducts products = MatrixProducts.open(threads);
                Progress progress = listener.start("Measuring", (long) targets.size() * repeats + 2, "runs")) {
            progress.message("features");
            FeatureMatrix a = features(reference, dimension, 1);
            FeatureStatistics real = FeatureStatistics.of(a, products);
            progress.step(1);
            FeatureMatrix b = features(samples, dimension, 2);
            FeatureStatistics made = FeatureStatistics.of(b, products);
            progress.step(1);
            for (MetricBenchTarget target : targets) {
                progress.message(target.title());
                DoubleSupplier score = target.on(a, real, b, made, products);
                double[] seconds = new double[repeats];
                long processor = processorTime();
                for (int i = 0; i < repeats; i++) {
                    long start = System.nanoTime();
                    double value = score.getAsDouble();
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                    if (!Double.isFinite(value)) {
                        throw new IllegalStateException(target.title() + " is " + value + ".");
                    }
                    progress.step(1);
                }
                Timing timing = new Timing(target.title(), samples, seconds);
                table.append(String.format(
                        Locale.ROOT,
                        "%-38s %10.2f %10.2f %10.2f%n",
                        target.title(),
                        timing.min(),
                        timing.median(),
                        (processorTime() - processor) / 1e9 / repeats));
            }
        }
        return table.append(peak()).toString();
    }

    static FeatureMatrix features(int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FeatureMatrix features = new FeatureMatrix(columns);
        float[] row = new float[columns];
        for (int r = 0; r < rows; r++) {
            double previous = 0;
            for (int c = 0; c < columns; c++) {
                previous = 0.8 * previous + random.nextDouble() + random.nextDouble() - 1;
                row[c] = (float) (Math.abs(previous) / (1 + 0.01 * c) + 0.02 * seed);
            }
            features.add(row);
        }
        return features;
    }

    /** CPU time of all threads, in nanoseconds; on a shared machine it says more than the wall clock. */
    private static long processorTime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    /** The peak resident memory of the process; empty where the system does not report it. */
    private static String peak() {
        if (!Files.isReadable(STATUS)) {
            return "";
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(PEAK))
                    .map(line -> String.format(
                            Locale.ROOT,
                            "Peak memory: %.2f GB%n",
                            Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e9))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
