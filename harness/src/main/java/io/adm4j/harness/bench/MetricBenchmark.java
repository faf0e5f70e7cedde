package io.adm4j.harness.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.SymmetricEigen;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Measured times of metrics on synthetic features: positive, each correlated with its neighbors, of different variance.
 *
 * @param timings in the order they were taken
 * @param peak the peak resident memory of the process in bytes; empty where the system does not report it
 */
public record MetricBenchmark(MetricBenchSettings settings, List<MetricTiming> timings, OptionalLong peak) {
    /**
     * The times of one metric.
     *
     * @param wall times of the runs
     * @param cpu CPU time of all threads, in seconds, the mean over the runs
     * @param values of the metric by name, those of the last run
     */
    public record MetricTiming(Timing wall, double cpu, Map<String, Double> values) {}

    /** Measures one metric after the other. */
    public static MetricBenchmark run(
            MetricBenchSettings settings, List<MetricBenchTarget> targets, ProgressListener listener) {
        int repeats = settings.repeats();
        List<MetricTiming> timings = new ArrayList<>();
        try (MatrixProducts products = MatrixProducts.open(settings.threads());
                Progress progress = listener.start("Measuring", (long) targets.size() * repeats + 2, "runs")) {
            progress.message("features");
            FeatureMatrix a = features(settings.reference(), settings.features(), 1);
            progress.step(1);
            FeatureMatrix b = features(settings.samples(), settings.features(), 2);
            progress.step(1);
            for (MetricBenchTarget target : targets) {
                progress.message(target.title());
                Supplier<Map<String, Double>> score = target.on(a, b, products);
                double[] seconds = new double[repeats];
                Map<String, Double> values = Map.of();
                long processor = processorTime();
                for (int i = 0; i < repeats; i++) {
                    long start = System.nanoTime();
                    values = score.get();
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                    if (!values.values().stream().allMatch(Double::isFinite)) {
                        throw new IllegalStateException(target.title() + " has the values " + values + ".");
                    }
                    progress.step(1);
                }
                timings.add(new MetricTiming(
                        new Timing(target.title(), settings.samples(), seconds),
                        (processorTime() - processor) / 1e9 / repeats,
                        values));
            }
        }
        return new MetricBenchmark(settings, List.copyOf(timings), PeakMemory.ofProcess());
    }

    /** A table for the console. */
    public String table() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d samples against %,d reference images, %,d features; eigenvalues by %s; %s%n%-38s %10s %10s %10s%n",
                settings.samples(),
                settings.reference(),
                settings.features(),
                SymmetricEigen.implementation(),
                Count.of(settings.repeats(), "run"),
                "",
                "min s",
                "median s",
                "CPU s"));
        for (MetricTiming t : timings) {
            table.append(String.format(
                    Locale.ROOT,
                    "%-38s %10.2f %10.2f %10.2f%n",
                    t.wall().name(),
                    t.wall().min(),
                    t.wall().median(),
                    t.cpu()));
        }
        peak.ifPresent(bytes -> table.append(String.format(Locale.ROOT, "Peak memory: %.2f GB%n", bytes / 1e9)));
        return table.toString();
    }

    /** The values of the table and all times as JSON; {@code threads} of 0 are all cores, times are in seconds. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("tool", "adm4j")
                .put("threads", settings.threads())
                .put("samples", settings.samples())
                .put("reference", settings.reference())
                .put("features", settings.features())
                .put("eigenvalues", SymmetricEigen.implementation());
        peak.ifPresent(bytes -> json.put("peak_bytes", bytes));
        ArrayNode measurements = json.putArray("measurements");
        for (MetricTiming t : timings) {
            ObjectNode one = measurements
                    .addObject()
                    .put("name", t.wall().name())
                    .put("min", t.wall().min())
                    .put("median", t.wall().median())
                    .put("cpu", t.cpu());
            Arrays.stream(t.wall().seconds()).forEach(one.putArray("seconds")::add);
            new TreeMap<>(t.values()).forEach(one.putObject("values")::put);
        }
        return json;
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
}
