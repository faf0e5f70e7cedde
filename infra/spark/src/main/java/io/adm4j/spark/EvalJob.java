package io.adm4j.spark;

import io.adm4j.harness.cli.command.EvalCommand;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.report.ReportWriter;
import io.adm4j.runtime.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Scores samples on a cluster: with the options, the report and the figures of {@code harness eval}. */
@Command(
        name = "eval",
        description =
                "Scores samples on a cluster, with the options of 'harness eval': executors generate samples and extract"
                        + " features, part by part, and the driver writes the same report. Files are paths of the machine that"
                        + " starts the job, which are sent to the executors, local:PATH, which each executor has, or addresses"
                        + " such as s3a: or hdfs:. The same command again goes on where a run ended.")
public final class EvalJob implements Callable<Integer> {
    /** Its options, which executors and driver parse each for their part. */
    @Mixin
    EvalCommand evaluation = new EvalCommand();

    @Option(
            names = "--parts",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description =
                    "Parts into which samples and reference are divided; a lost executor costs those that it was at (default: "
                            + JobContext.PARTS_PER_CORE + " for each core of the cluster).")
    private @Nullable Integer parts;

    @Option(
            names = "--group-size",
            paramLabel = "N",
            converter = GroupSize.class,
            defaultValue = "4096",
            description =
                    "Feature vectors of each set that a task of precision and recall has in memory, a multiple of 1024 (default"
                            + " ${DEFAULT-VALUE}).")
    private int groupSize;

    @Spec
    private CommandSpec spec;

    /** Run by {@code spark-submit --class}. */
    public static void main(String[] args) {
        JobRunner.main(new EvalJob(), args);
    }

    @Override
    public Integer call() {
        ParseResult given = spec.commandLine().getParseResult();
        EvalArguments arguments = EvalArguments.of(given);
        try (JobContext context = JobContext.open("eval")) {
            context.requireDevice(given.matchedOptionValue("--device", Device.CPU));
            EvalInputs inputs = EvalInputs.of(arguments, context);
            Path report = context.folder(arguments.out()).path().orElseGet(() -> staged(arguments.out()));
            List<String> merge = new ArrayList<>(arguments.report());
            merge.add("--out=" + report);
            EvaluatorSettings settings = inputs.onDriver(merge).check();

            PartFolder folder = PartFolder.open(
                    context.folder(arguments.work()),
                    arguments.settings(),
                    Optional.ofNullable(parts),
                    context.usualParts());
            EvalWork work = new EvalWork(arguments.features(), JarBuild.here(), inputs, folder);
            List<Integer> missing = folder.missing();
            context.run("Features", missing.size(), "parts", missing, work::compute);

            Path all = folder.here();
            new SetStages(context, folder, settings, given.matchedOptionValue("--threads", 0), groupSize).run(all);

            merge.add("--merge=" + all);
            int exitCode = inputs.onDriver(merge).call();
            if (context.folder(arguments.out()).path().isEmpty()) {
                publish(report, arguments.out(), context);
            }
            folder.delete();
            return exitCode;
        }
    }

    /** Where the report is written first if --out is in another file system. */
    private static Path staged(String out) {
        return ExecutorState.folder().resolve("report").resolve(new org.apache.hadoop.fs.Path(out).getName());
    }

    private void publish(Path report, String out, JobContext context) {
        RemoteFolder target = context.folder(
                ReportWriter.isJson(report)
                        ? new org.apache.hadoop.fs.Path(out).getParent().toString()
                        : out);
        ReportWriter.files(report).forEach(file -> target.put(file.getFileName().toString(), file));
        spec.commandLine().getOut().println("Moved to " + out);
    }
}
