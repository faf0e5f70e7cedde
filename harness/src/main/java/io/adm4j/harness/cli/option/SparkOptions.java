package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a job on Spark runs, and what of the cluster it takes; passed to {@code spark-submit} as they are. */
public final class SparkOptions {
    @Option(
            names = "--master",
            paramLabel = "MASTER",
            description = "The cluster: spark://HOST:PORT, k8s://URL, yarn, or on this machine local[N] or"
                    + " local-cluster[EXECUTORS,CORES,MEGABYTES] (default: as Spark is configured).")
    private @Nullable String master;

    @Option(names = "--deploy-mode", paramLabel = "MODE", description = "client or cluster: where the driver runs.")
    private @Nullable String deployMode;

    @Option(names = "--num-executors", paramLabel = "N", description = "Executors.")
    private @Nullable String executors;

    @Option(names = "--executor-cores", paramLabel = "N", description = "Processors of an executor.")
    private @Nullable String cores;

    @Option(names = "--executor-memory", paramLabel = "SIZE", description = "Java memory of an executor, such as 4g.")
    private @Nullable String executorMemory;

    @Option(names = "--driver-memory", paramLabel = "SIZE", description = "Java memory of the driver.")
    private @Nullable String driverMemory;

    @Option(
            names = "--conf",
            paramLabel = "KEY=VALUE",
            description = "Any setting of Spark; for GPUs spark.executor.resource.gpu.amount=1 and"
                    + " spark.task.resource.gpu.amount=1.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--spark-submit",
            paramLabel = "FILE",
            description =
                    "The program that submits (default: that of $SPARK_HOME, else of the Spark that was built with the"
                            + " jobs).")
    private @Nullable Path submit;

    /**
     * The options of {@code spark-submit}.
     *
     * @throws UserError if the master is none that Spark knows
     */
    public List<String> arguments() {
        if (master != null && !master.matches("(spark|k8s)://.+|yarn|local.*")) {
            throw new UserError("--master is spark://HOST:PORT, k8s://URL, yarn, local[N] or"
                    + " local-cluster[EXECUTORS,CORES,MEGABYTES], not " + master + ".");
        }
        List<String> arguments = new ArrayList<>();
        add(arguments, "--master", master);
        add(arguments, "--deploy-mode", deployMode);
        add(arguments, "--num-executors", executors);
        add(arguments, "--executor-cores", cores);
        add(arguments, "--executor-memory", executorMemory);
        add(arguments, "--driver-memory", driverMemory);
        settings.forEach(setting -> add(arguments, "--conf", setting));
        return arguments;
    }

    private static void add(List<String> arguments, String name, @Nullable String value) {
        if (value != null) {
            arguments.add(name);
            arguments.add(value);
        }
    }

    /**
     * The program {@code spark-submit}.
     *
     * @param built folder of the jobs' build
     * @throws UserError if there is none
     */
    public Path submit(Path built) {
        String home = System.getenv("SPARK_HOME");
        Path program = submit != null
                ? submit
                : (home == null ? built.resolve("spark") : Path.of(home)).resolve("bin/spark-submit");
        if (!Files.isExecutable(program)) {
            throw new UserError("There is no program " + program
                    + ": name Spark's spark-submit with --spark-submit, or set SPARK_HOME to the folder of a Spark 4.");
        }
        return program.toAbsolutePath().normalize();
    }
}
