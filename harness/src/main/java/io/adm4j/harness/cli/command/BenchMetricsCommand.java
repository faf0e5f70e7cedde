package io.adm4j.harness.cli.command;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.MetricBenchTarget;
import io.adm4j.harness.bench.MetricBenchmark;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.evaluation.metrics.FrechetExtrapolation;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Takes the time of scores on this machine. */
@Command(
        name = "metrics",
        description =
                "Takes the time and memory of eval's scores on made-up features: everything but the feature network."
                        + " JAVA_OPTS=-Dadm4j.lapack=java keeps to the eigenvalues in Java where OpenBLAS is installed.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BenchMetricsCommand implements Runnable {
    @Option(names = "--samples", defaultValue = "10000", description = "Samples (default ${DEFAULT-VALUE}).")
    private int samples;

    @Option(names = "--reference", defaultValue = "10000", description = "Reference images (default ${DEFAULT-VALUE}).")
    private int reference;

    @Option(
            names = "--features",
            defaultValue = "2048",
            description = "Length of a feature vector (default ${DEFAULT-VALUE}, the Inception network's).")
    private int features;

    @Option(
            names = "--measure",
            split = ",",
            defaultValue = "statistics,fid,neighbours",
            description = "What to measure, of ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private List<MetricBenchTarget> works;

    @Option(names = "--repeats", defaultValue = "3", description = "Runs of each (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--threads", defaultValue = "0", description = "CPU threads; 0 takes all cores (default).")
    private int threads;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        int fewest = FrechetExtrapolation.FEWEST_SAMPLES;
        if (Math.min(samples, reference) < fewest || features < 1 || repeats < 1 || threads < 0) {
            throw new UserError("--samples and --reference are at least " + fewest
                    + ", --features and --repeats at least 1, --threads at least 0.");
        }
        PrintWriter console = spec.commandLine().getOut();
        console.print(new MetricBenchmark(features, reference, samples, threads, repeats)
                .run(List.copyOf(new LinkedHashSet<>(works)), ConsoleProgress.onStandardError()));
        console.flush();
    }
}
