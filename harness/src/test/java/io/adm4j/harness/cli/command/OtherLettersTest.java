package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.adm4j.harness.cli.Harness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths with letters that the C locale does not have, without the launcher, which changes that locale. */
class OtherLettersTest {
    @TempDir
    Path folder;

    @Test
    void aPathIsRefusedInOneSentence() throws Exception {
        assertTrue(refusal(folder, "sample --out ä/x.npz").contains("set LC_ALL=C.UTF-8"));
    }

    @Test
    void theCurrentFolderIsRefusedInOneSentence() throws Exception {
        String refusal = refusal(folder, "mkdir ä && cd ä &&", "sample --out x.npz");

        assertTrue(refusal.startsWith("The current folder does not exist as "), refusal);
        assertTrue(refusal.endsWith("set LC_ALL=C.UTF-8."), refusal);
    }

    private static String refusal(Path folder, String arguments) throws Exception {
        return refusal(folder, "", arguments);
    }

    private static String refusal(Path folder, String before, String arguments)
            throws IOException, InterruptedException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "other systems have no such locale");
        Path script = folder.resolve("script.sh");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Files.writeString(
                script,
                before + " LC_ALL=C '" + java + "' -cp '" + classPath + "' " + Harness.class.getName() + " "
                        + arguments);
        Process process = new ProcessBuilder(List.of("sh", script.toString()))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        assertEquals(2, process.waitFor(), printed);
        assertEquals(1, printed.lines().count(), printed);
        return printed;
    }
}
