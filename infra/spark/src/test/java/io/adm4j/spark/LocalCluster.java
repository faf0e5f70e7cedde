package io.adm4j.spark;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs jobs as users do: by {@code spark-submit}, in a process of its own, with the jars of the build. Spark's master {@code
 * local-cluster} starts real executor processes.
 */
final class LocalCluster {
    /** Two executors of one core and 2 GB each. */
    static final String TWO_EXECUTORS = "local-cluster[2,1,2048]";
    /** No executors: tasks run in the driver. Starts sooner. */
    static final String IN_DRIVER = "local[1]";

    static final Path ROOT = Path.of(System.getProperty("adm4j.root"));
    static final Path BUNDLE = ROOT.resolve("harness/bundles/fashion-mnist-32");

    private static final Path BUILT = ROOT.resolve("infra/spark/target");
    private static final long MINUTES = 5;

    private LocalCluster() {}

    /** A job that was started. */
    record Run(Process process, Path output) {
        /** The processes of executors that are running now. */
        List<ProcessHandle> executors() {
            return process.descendants()
                    .filter(p -> p.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                    .toList();
        }

        /** What the job has printed so far. */
        String text() throws IOException {
            return Files.readString(output);
        }

        /** Waits for a condition while the job runs. */
        void await(BooleanSupplier condition) throws IOException, InterruptedException {
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
            while (!condition.getAsBoolean()) {
                assertTrue(process.isAlive() && System.nanoTime() < end, "the job ended or hung before: " + text());
                Thread.sleep(20);
            }
        }

        /** Waits for the end and returns the exit code. */
        int exitCode() throws IOException, InterruptedException {
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            assertTrue(ended, "the job hung: " + text());
            return process.exitValue();
        }
    }

    /**
     * Starts a job.
     *
     * @param folder for its output
     * @param arguments of the job
     */
    static Run start(String master, Class<?> job, Path folder, List<String> arguments) throws IOException {
        List<String> line = new ArrayList<>();
        line.add(BUILT.resolve("spark/bin/spark-submit").toString());
        line.addAll(List.of("--master", master, "--class", job.getName(), "--jars", libraries()));
        line.addAll(List.of("--conf", "spark.driver.extraJavaOptions=-Dadm4j.embedded=" + BUNDLE));
        line.addAll(List.of("--conf", "spark.ui.enabled=false"));
        line.add(BUILT.resolve("adm4j-spark.jar").toString());
        line.addAll(arguments);
        Path output = Files.createTempFile(folder, "job", ".log");
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .directory(folder.toFile())
                .start();
        return new Run(process, output);
    }

    /** Runs a job to its end. */
    static Run run(String master, Class<?> job, Path folder, String... arguments)
            throws IOException, InterruptedException {
        Run run = start(master, job, folder, List.of(arguments));
        run.exitCode();
        return run;
    }

    private static String libraries() throws IOException {
        try (Stream<Path> files = Files.list(BUILT.resolve("lib"))) {
            return files.map(Path::toString).sorted().collect(Collectors.joining(","));
        }
    }
}
