package io.adm4j.harness.cli.command;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.option.SparkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Runs a job on Apache Spark. */
@Command(
        name = "cluster",
        customSynopsis = "harness cluster JOB [OPTIONS] [OPTIONS OF THE JOB]",
        description =
                "Runs a job on Apache Spark: prints the spark-submit line and runs it. The line works from anywhere that"
                        + " has Spark 4 and these jars. What this command does not know is passed to the job; 'harness cluster JOB"
                        + " --job-help' lists the job's options. The jobs are built by mvn -Pspark -DskipTests package.")
public final class ClusterCommand implements Callable<Integer> {
    /** The jobs by their main classes, in a module that the command line does not carry. */
    enum Job {
        SAMPLE,
        EVAL,
        TRAIN,
        RUN;

        String mainClass() {
            String name = name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
            return "io.adm4j.spark." + name + "Job";
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(paramLabel = "JOB", description = "${COMPLETION-CANDIDATES}.")
    private Job job;

    @Option(names = "--print", description = "Print the spark-submit line only.")
    private boolean printOnly;

    @Option(names = "--job-help", description = "Show the options of the job.")
    private boolean jobHelp;

    @ArgGroup(validate = false, heading = "%nSpark:%n")
    private SparkOptions spark = new SparkOptions();

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path folder = Path.of(System.getProperty("adm4j.spark", "infra/spark/target"));
        Path jar = folder.resolve("adm4j-spark.jar").toAbsolutePath().normalize();
        if (!Files.isRegularFile(jar)) {
            throw new UserError("There are no jobs for Spark in " + folder
                    + ": build them with mvn -q -Pspark -DskipTests" + " package in the source tree.");
        }
        List<Path> libraries = libraries(folder.resolve("lib"));
        if (jobHelp) {
            return run(help(jar, libraries));
        }
        List<String> line = new ArrayList<>();
        line.add(spark.submit(folder).toString());
        line.addAll(spark.arguments());
        line.addAll(List.of("--class", job.mainClass()));
        line.addAll(List.of("--jars", libraries.stream().map(Path::toString).collect(Collectors.joining(","))));
        // Jobs that are given no bundle take the embedded one of this machine.
        line.addAll(List.of(
                "--conf",
                "spark.driver.extraJavaOptions=-Dadm4j.embedded="
                        + EmbeddedBundle.folder().toAbsolutePath().normalize()));
        line.add(jar.toString());
        line.addAll(arguments);
        spec.commandLine().getOut().println(quoted(line));
        spec.commandLine().getOut().flush();
        return printOnly ? 0 : run(line);
    }

    private static List<Path> libraries(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::toAbsolutePath).map(Path::normalize).sorted().toList();
        }
    }

    private List<String> help(Path jar, List<Path> libraries) {
        String classes = Stream.concat(Stream.of(jar), libraries.stream())
                .map(Path::toString)
                .collect(Collectors.joining(System.getProperty("path.separator")));
        classes += System.getProperty("path.separator") + System.getProperty("java.class.path");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classes, job.mainClass()));
        // Which network a training job is for.
        line.addAll(arguments);
        line.add("--help");
        return line;
    }

    private static int run(List<String> line) throws IOException, InterruptedException {
        return new ProcessBuilder(line).inheritIO().start().waitFor();
    }

    /** The line as a shell takes it. */
    private static String quoted(List<String> line) {
        return line.stream()
                .map(word -> word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }
}
