package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A training process that is terminated, as by Ctrl-C or by a cluster that needs the machine. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no TERM signal.")
@Tag("training")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class InterruptedTrainingTest {
    private static final int SIGINT_EXIT = 128 + 2;
    private static final int SIGTERM_EXIT = 128 + 15;
    private static final long STEPS = 1_000_000;

    @TempDir
    Path folder;

    private Path data;
    private Path run;

    @BeforeEach
    void write() {
        data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        run = folder.resolve("run");
    }

    @Test
    void savesAndSaysHowToResume() throws Exception {
        try (HarnessProcess process = HarnessProcess.start(folder.resolve("said.txt"), endless())) {
            awaitSteps(process, 3);
            requireSaved(SIGTERM_EXIT, process.terminate(), process.said(), 3);
        }
        resumes();
    }

    /** Seconds for each step, so that the signal arrives within one. */
    @Test
    void aSignalWithinALongStepLetsItEnd() throws Exception {
        Object[] long_ = {"--num-channels", 96, "--num-res-blocks", 3, "--batch-size", 48, "--microbatch", 16};
        try (HarnessProcess process = HarnessProcess.start(folder.resolve("said.txt"), arguments(endless(), long_))) {
            awaitSteps(process, 1);
            requireSaved(SIGTERM_EXIT, process.terminate(), process.said(), 1);
        }
    }

    @Test
    void controlCInATerminalSaves() throws Exception {
        Optional<String> obstacle = HarnessProcess.noTerminal();
        assumeTrue(obstacle.isEmpty(), () -> "Not tested: " + obstacle.orElseThrow() + ".");
        try (HarnessProcess process = HarnessProcess.inTerminal(folder.resolve("said.txt"), endless())) {
            // The bar has drawn itself, so whatever it does to signals is done.
            while (process.isAlive() && !process.said().contains("Training")) {
                Thread.sleep(20);
            }
            awaitSteps(process, 3);
            requireSaved(SIGINT_EXIT, process.typeControlC(), process.said(), 3);
        }
        resumes();
    }

    private Object[] endless() {
        return arguments(
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
                STEPS,
                "--save-interval",
                STEPS,
                "--out",
                run);
    }

    private void awaitSteps(HarnessProcess process, int least) throws IOException, InterruptedException {
        while (process.isAlive() && logged(run) < least) {
            Thread.sleep(20);
        }
    }

    private void requireSaved(int expected, int exitCode, String said, int least) throws IOException {
        assertEquals(expected, exitCode, said);
        long step = new RunFolder(run).require().step();
        assertTrue(step >= least, said);
        assertTrue(said.contains("Saving after this step"), said);
        assertTrue(said.contains("Stopped and saved at step " + step + "."), said);
        assertTrue(said.contains("harness train diffusion --resume " + run + " --steps " + STEPS), said);
        assertEquals(step, logged(run));
    }

    private void resumes() throws IOException {
        int step = (int) new RunFolder(run).require().step();

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
