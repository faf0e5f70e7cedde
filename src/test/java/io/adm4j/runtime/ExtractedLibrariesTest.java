package io.adm4j.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ExtractedLibrariesTest {
    @TempDir
    private Path temporary;

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void aProcessLeavesNoFolderBehindEvenWhenItIsKilled() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LoadAndDie.class.getName())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertEquals(LoadAndDie.EXIT_CODE, process.waitFor());
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(
                    0,
                    left.filter(p -> p.getFileName().toString().startsWith("onnx"))
                            .count());
        }
    }

    /** Loads the libraries and ends without any orderly end. */
    static final class LoadAndDie {
        static final int EXIT_CODE = 17;

        private LoadAndDie() {}

        public static void main(String[] args) {
            OnnxSession.runtimeVersion();
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    @Test
    void whatOthersAbandonedGoesAndWhatTheyUseStays() throws IOException {
        Path old = folder("onnxruntime-java1", Duration.ofDays(3));
        Path fresh = folder("onnxruntime-java2", Duration.ofMinutes(3));
        Path other = folder("something-else", Duration.ofDays(3));

        new ExtractedLibraries(temporary).removeLoaded();

        assertFalse(Files.exists(old));
        assertTrue(Files.exists(fresh));
        assertTrue(Files.exists(other));
    }

    private Path folder(String name, Duration age) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(name));
        Files.write(folder.resolve("library.so"), new byte[8]);
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(age)));
        return folder;
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path missing = temporary.resolve("missing");

        RuntimeFailure failure =
                assertThrows(RuntimeFailure.class, () -> new ExtractedLibraries(missing).requireRoom());

        assertTrue(failure.getMessage().contains(missing.toString()), failure.getMessage());
    }
}
