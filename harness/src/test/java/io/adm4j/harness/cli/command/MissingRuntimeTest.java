package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.cli.Harness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine for which ONNX Runtime has no native libraries. */
class MissingRuntimeTest {
    @TempDir
    Path folder;

    @Test
    void helpNeedsNoRuntime() throws Exception {
        String help = run(0, "sample", "--help");

        assertTrue(help.contains("Usage:"), help);
    }

    @Test
    void theVersionSaysThatThereIsNone() throws Exception {
        String version = run(0, "--version");

        assertTrue(version.contains("ONNX Runtime's native libraries could not be loaded on "), version);
    }

    @Test
    void whatNeedsItIsRefusedInOneSentence() throws Exception {
        String refusal = run(2, "train", "diffusion", "--data", folder.toString(), "--out", "run", "--steps", "1");

        assertEquals(1, refusal.lines().count(), refusal);
        assertTrue(refusal.startsWith("ONNX Runtime's native libraries could not be loaded on "), refusal);
        assertTrue(refusal.contains("it has builds for Linux on x86-64 and arm64, macOS on arm64"), refusal);
    }

    private String run(int exitCode, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Donnxruntime.native.onnxruntime.path=" + folder.resolve("none.so"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Harness.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(exitCode, process.waitFor(), printed);
        return printed;
    }
}
