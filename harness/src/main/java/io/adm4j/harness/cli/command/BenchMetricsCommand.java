package io.adm4j.harness.cli.command;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.bench.MetricBenchSettings;
import io.adm4j.harness.bench.MetricBenchTarget;
import io.adm4j.harness.bench.MetricBenchmark;
import io.adm4j.harness.cli.console.ConsoleProgress;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.ThreadOptions;
import io.adm4j.harness.cli.option.TimesOption;
import io.adm4j.harness.evaluation.metrics.FrechetExtrapolation;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures metrics on this machine. */
@Command(
        name = "metrics",
        description =
                "Measures time and memory of eval's metrics on synthetic features: everything but the feature network."
                        + " JAVA_OPTS=-Dadm4j.lapack=java computes eigenvalues in Java even where OpenBLAS is installed.")
final class BenchMetricsCommand implements Runnable {
    @Option(
            names = "--samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "10000",
            description = "Samples (default ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--reference",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "10000",
            description = "Reference images (default ${DEFAULT-VALUE}).")
    private int reference;

    @Option(
            names = "--features",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "2048",
            description = "Length of a feature vector (default ${DEFAULT-VALUE}, the Inception network's).")
    private int features;

    @Option(
            names = "--measure",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "statistics,fid,neighbours",
            description = "What to measure: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private List<MetricBenchTarget> targets;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "3",
            description = "Runs of each (default ${DEFAULT-VALUE}).")
    private int repeats;

    @Mixin
    private TimesOption times;

    @ArgGroup(validate = false, heading = Section.DEVICE)
    private ThreadOptions runtime = new ThreadOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        int fewest = FrechetExtrapolation.FEWEST_SAMPLES;
        if (Math.min(samples, reference) < fewest) {
            throw new UserError("--samples and --reference must be at least " + fewest + ".");
        }
        times.check();
        MetricBenchmark benchmark = MetricBenchmark.run(
                new MetricBenchSettings(features, reference, samples, runtime.threads, repeats),
                List.copyOf(new LinkedHashSet<>(targets)),
                ConsoleProgress.onStandardError());
        PrintWriter console = spec.commandLine().getOut();
        console.print(benchmark.table());
        console.flush();
        times.write(benchmark.json());
    }
}
