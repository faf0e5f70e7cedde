package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private Path target;

    @BeforeEach
    void chooseTarget() {
        target = folder.resolve("scores.json");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theTargetDoesNotExistBeforeTheWriterHasFinished() throws IOException {
        AtomicFile.write(target, part -> {
            assertFalse(Files.exists(target));
            assertEquals(folder.resolve("scores.json.part"), part);
            Files.writeString(part, "complete");
        });
        assertEquals("complete", Files.readString(target));
        assertEquals(List.of("scores.json"), names());
    }

    @Test
    void anExistingFileIsReplacedAsAWhole() throws IOException {
        Files.writeString(target, "a longer text from an earlier run");
        AtomicFile.writeString(target, "größe");
        assertEquals("größe", Files.readString(target));
    }

    @Test
    void aWriterThatThrowsLeavesTheOldFileAndNothingElse() throws IOException {
        Files.writeString(target, "old");
        IOException full = new IOException("disk full");
        IllegalStateException defect = new IllegalStateException();
        AssertionError error = new AssertionError();
        assertSame(
                full,
                assertThrows(
                        IOException.class,
                        () -> AtomicFile.write(target, part -> {
                            Files.writeString(part, "half");
                            throw full;
                        })));
        assertSame(
                defect,
                assertThrows(
                        IllegalStateException.class,
                        () -> AtomicFile.write(target, part -> {
                            Files.writeString(part, "half");
                            throw defect;
                        })));
        assertSame(
                error,
                assertThrows(
                        AssertionError.class,
                        () -> AtomicFile.write(target, part -> {
                            Files.writeString(part, "half");
                            throw error;
                        })));
        assertEquals("old", Files.readString(target));
        assertEquals(List.of("scores.json"), names());
    }

    @Test
    void aWriterThatWritesNothingIsAnError() throws IOException {
        assertThrows(NoSuchFileException.class, () -> AtomicFile.write(target, part -> {}));
        assertEquals(List.of(), names());
    }

    /** The temporary file cannot be deleted here: it became a folder with contents. */
    @Test
    void aFailedCleanUpIsReportedBesideTheFirstFailure() {
        IOException full = new IOException("disk full");
        IOException thrown = assertThrows(
                IOException.class,
                () -> AtomicFile.write(target, part -> {
                    Files.createDirectories(part.resolve("inner"));
                    throw full;
                }));
        assertSame(full, thrown);
        assertEquals(1, thrown.getSuppressed().length);
    }

    @Test
    void foldersAreRenamedWithTheirContents() throws IOException {
        Path temporary = Files.createDirectory(folder.resolve("step1.part"));
        Files.writeString(temporary.resolve("weights"), "w");
        AtomicFile.rename(temporary, folder.resolve("step1"));
        assertEquals("w", Files.readString(folder.resolve("step1/weights")));
        assertEquals(List.of("step1"), names());
    }
}
