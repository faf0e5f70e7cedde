package io.adm4j.harness;

import static io.adm4j.harness.CommandLineRun.arguments;
import static io.adm4j.harness.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A training process that is told to end, as by Ctrl-C or by a cluster that takes its machine back. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no TERM signal.")
class InterruptedTrainingTest {
    private static final int SIGTERM_EXIT = 128 + 15;
    private static final String NATIVE = "onnxruntime.native.onnxruntime.path";

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void savesSaysHowToGoOnAndGoesOn() throws Exception {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path run = folder.resolve("run");
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder(command(arguments(
                        "train", "diffusion", TinyRun.denoiser(), "--num-classes", 3, "--dropout", 0.1, "--data", data,
                        "--steps", 1_000_000, "--save-interval", 1_000_000, "--out", run)))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            while (process.isAlive() && logged(run) < 3) {
                Thread.sleep(50);
            }
            process.destroy();
            assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the process ends");
        } finally {
            process.destroyForcibly();
        }

        String said = Files.readString(out) + Files.readString(err);
        assertEquals(SIGTERM_EXIT, process.exitValue(), said);
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

    private static List<String> command(Object... arguments) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + NATIVE + "=" + System.getProperty(NATIVE),
                "-cp",
                classPath,
                Harness.class.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        return command;
    }
}
