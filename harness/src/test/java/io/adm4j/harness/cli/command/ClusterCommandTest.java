package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterCommandTest {
    private static final String JOBS = "adm4j.spark";

    @TempDir
    Path folder;

    private Path submit;

    @BeforeEach
    void jobs() throws IOException {
        System.setProperty(JOBS, folder.toString());
        Files.createDirectories(folder.resolve("lib"));
        Files.writeString(folder.resolve("lib/b.jar"), "");
        Files.writeString(folder.resolve("lib/a.jar"), "");
        submit = folder.resolve("submit");
        Files.writeString(submit, "#!/bin/sh\nprintf '%s\\n' \"$@\" > " + folder.resolve("given") + "\nexit 3\n");
        assertTrue(submit.toFile().setExecutable(true));
    }

    @AfterEach
    void noJobs() {
        System.clearProperty(JOBS);
    }

    @Test
    void theLineIsPrintedAndRun() throws IOException {
        Files.writeString(folder.resolve("adm4j-spark.jar"), "");

        CommandLineRun run = CommandLineRun.of(
                "cluster",
                "sample",
                "--samples",
                "8",
                "--master",
                "local[2]",
                "--spark-submit",
                submit,
                "--out",
                "a b");

        assertEquals(3, run.exitCode(), "that of the job");
        List<String> given = Files.readAllLines(folder.resolve("given"));
        assertEquals(List.of("--master", "local[2]", "--class", "io.adm4j.spark.SampleJob"), given.subList(0, 4));
        assertEquals(
                List.of("--jars", folder.resolve("lib/a.jar") + "," + folder.resolve("lib/b.jar")),
                given.subList(4, 6));
        assertEquals(
                List.of(folder.resolve("adm4j-spark.jar").toString(), "--samples", "8", "--out", "a b"),
                given.subList(8, given.size()));
        assertTrue(run.out().startsWith(submit + " --master 'local[2]' --class "), run.out());
        assertTrue(run.out().endsWith(" --samples 8 --out 'a b'" + System.lineSeparator()), run.out());
    }

    @Test
    void theLineAloneIsForOtherMachines() throws IOException {
        Files.writeString(folder.resolve("adm4j-spark.jar"), "");

        CommandLineRun run = CommandLineRun.of("cluster", "eval", "--print", "--spark-submit", submit);

        assertEquals(0, run.exitCode());
        assertTrue(run.out().contains("--class io.adm4j.spark.EvalJob"), run.out());
        assertTrue(Files.notExists(folder.resolve("given")));
    }

    @Test
    void mistakesAreOneSentence() throws IOException {
        CommandLineRun.refused(
                "There are no jobs for Spark in " + folder
                        + ": build them with mvn -q -Pspark -DskipTests package in the source tree.",
                "cluster",
                "sample");
        Files.writeString(folder.resolve("adm4j-spark.jar"), "");
        CommandLineRun.refused(
                "--master is spark://HOST:PORT, k8s://URL, yarn, local[N] or"
                        + " local-cluster[EXECUTORS,CORES,MEGABYTES], not moon.",
                "cluster",
                "sample",
                "--master",
                "moon",
                "--spark-submit",
                submit);
        CommandLineRun.refused(
                "There is no program " + folder.resolve("none")
                        + ": name Spark's spark-submit with --spark-submit, or set SPARK_HOME to the folder of a Spark 4.",
                "cluster",
                "sample",
                "--spark-submit",
                folder.resolve("none"));
    }
}
