package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A training process that is terminated, as by Ctrl-C or by a cluster that needs the machine. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no TERM signal.")
@Tag("training")
class InterruptedTrainingTest {
    private static final int SIGTERM_EXIT = 128 + 15;

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void savesAndSaysHowToResume() throws Exception {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path run = folder.resolve("run");
        String said;
        try (HarnessProcess process = HarnessProcess.start(
                folder.resolve("said.txt"),
                arguments(
                        "train",
                        "diffusion",
                        TinyRun.denoiser(),
                        "--num-classes",
                        3,
                        "--dropout",
                        0.1,
                        "--data",
                        data,
                        "--steps",
                        1_000_000,
                        "--save-interval",
                        1_000_000,
                        "--out",
                        run))) {
            while (process.isAlive() && logged(run) < 3) {
                Thread.sleep(50);
            }
            int exitCode = process.terminate();
            said = process.said();
            assertEquals(SIGTERM_EXIT, exitCode, said);
        }

        int step = (int) new RunFolder(run).require().step();
        assertTrue(step >= 3, said);
        assertTrue(said.contains("Stopped and saved at step " + step + "."), said);
        assertTrue(said.contains("harness train diffusion --resume " + run + " --steps 1000000"), said);
        assertEquals(step, logged(run));

        succeeding("train", "diffusion", "--resume", run, "--steps", step + 2, "--threads", 1);

        assertEquals(step + 2, new RunFolder(run).require().step());
        assertEquals(step + 2, logged(run));
    }

    private static int logged(Path run) throws IOException {
        return Files.exists(run.resolve("log.csv"))
                ? Math.max(0, Files.readAllLines(run.resolve("log.csv")).size() - 1)
                : 0;
    }
}
