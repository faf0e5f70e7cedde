package io.adm4j.harness.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.recipe.NetworkGraph;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Measured times of workloads, taken in one process on one machine.
 *
 * @param parameters number of the denoiser's weights
 * @param timings in the order they were taken
 * @param peak the peak resident memory of the process in bytes; empty where the system does not report it
 */
public record Benchmark(BenchSettings settings, long parameters, List<Timing> timings, OptionalLong peak) {

    /**
     * Measures one workload after the other.
     *
     * @throws io.adm4j.runtime.RuntimeFailure if a network or the device cannot be used
     */
    public static Benchmark run(BenchSettings settings, List<BenchTarget> targets, ProgressListener listener) {
        List<Timing> timings = new ArrayList<>();
        long runs = (long) targets.size() * (settings.warmUps() + settings.repeats());
        try (Progress progress = listener.start("Measuring", runs, "runs")) {
            for (BenchTarget target : targets) {
                try (TemporaryFolder scratch = new TemporaryFolder();
                        Workload workload = target.open(settings, scratch.folder())) {
                    progress.message(workload.name());
                    timings.add(Timing.of(
                            workload,
                            settings.batchSize(),
                            settings.warmUps(),
                            settings.repeats(),
                            () -> progress.step(1)));
                }
            }
        }
        return new Benchmark(settings, parameters(settings), List.copyOf(timings), PeakMemory.ofProcess());
    }

    private static long parameters(BenchSettings settings) {
        long sum = 0;
        for (Parameter p :
                NetworkGraph.of(settings.denoiser(), settings.precision()).parameters()) {
            sum += Arrays.stream(p.shape()).reduce(1, (a, b) -> a * b);
        }
        return sum;
    }

    /** A table for the console. */
    public String table() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "Denoiser of %,d parameters in %s, batches of %d, %s; %d runs after %d to warm up%n",
                parameters,
                settings.precision(),
                settings.batchSize(),
                where(),
                settings.repeats(),
                settings.warmUps()));
        text.append(String.format("%-24s %12s %12s %12s%n", "", "min s", "median s", "images/s"));
        for (Timing t : timings) {
            text.append(String.format(
                    Locale.ROOT, "%-24s %12.5f %12.5f %12.1f%n", t.name(), t.min(), t.median(), t.rate()));
        }
        peak.ifPresent(bytes -> text.append(String.format(Locale.ROOT, "Peak memory: %.2f GB%n", bytes / 1e9)));
        if (settings.squaredError()) {
            text.append(
                    String.format("Training minimises the squared error of the noise alone (learn_sigma false).%n"));
        }
        return text.toString();
    }

    private String where() {
        return switch (settings.device()) {
            case CUDA -> "on the GPU";
            case CPU -> settings.threads() == 0 ? "on all cores" : "on " + Count.of(settings.threads(), "thread");
        };
    }

    /** The values of the table and all times as JSON; {@code threads} of 0 are all cores, times are in seconds. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("tool", "adm4j")
                .put("device", settings.device().name().toLowerCase(Locale.ROOT))
                .put("threads", settings.threads())
                .put("engine", settings.engine().name().toLowerCase(Locale.ROOT))
                .put("batch_size", settings.batchSize())
                .put("parameters", parameters)
                .put("squared_error", settings.squaredError());
        json.set("flags", settings.flags());
        peak.ifPresent(bytes -> json.put("peak_bytes", bytes));
        ArrayNode measurements = json.putArray("measurements");
        for (Timing t : timings) {
            ObjectNode one = measurements
                    .addObject()
                    .put("name", t.name())
                    .put("min", t.min())
                    .put("median", t.median())
                    .put("pictures_per_second", t.rate());
            Arrays.stream(t.seconds()).forEach(one.putArray("seconds")::add);
        }
        return json;
    }
}
