package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.feedback.UserError;
import io.adm4j.io.LockFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    private static final JsonNode DESCRIPTION =
            JsonNodeFactory.instance.objectNode().put("kind", "diffusion");

    @TempDir
    Path temporary;

    private Path folder;
    private RunFolder run;

    @BeforeEach
    void setRun() {
        folder = temporary.resolve("a/run");
        run = new RunFolder(folder);
    }

    @Test
    void namesItsFiles() {
        assertEquals(folder, run.path());
        assertEquals(folder.resolve("graphs"), run.graphs());
        assertEquals(folder.resolve("log.csv"), run.log());
    }

    @Test
    void keepsItsDescription() throws IOException {
        run.create(DESCRIPTION);

        assertEquals(DESCRIPTION, run.description());
        assertTrue(Files.readString(folder.resolve("run.json")).endsWith("}\n"));
    }

    @Test
    void aRunWithoutACheckpointIsCreatedAgain() {
        run.create(DESCRIPTION);
        JsonNode other = JsonNodeFactory.instance.objectNode().put("kind", "classifier");

        run.create(other);

        assertEquals(other, run.description());
        assertMessage("The training run in " + folder + " has no checkpoint yet.", () -> run.require());
    }

    @Test
    void aRunThatFailedBeforeItsFirstStepIsCreatedAgain() throws IOException {
        run.create(DESCRIPTION);
        run.save(0, 0, writing("first"));
        JsonNode other = JsonNodeFactory.instance.objectNode().put("kind", "classifier");

        run.create(other);

        assertEquals(other, run.description());
        assertEquals(List.of(), checkpoints());
    }

    @Test
    void aRunThatIsBeingTrainedIsNotReplaced() {
        run.create(DESCRIPTION);
        run.save(0, 0, writing("first"));
        try (LockFile lock = run.lock()) {
            assertTrue(lock.channel().isOpen());
            assertStarts("Another process is training " + folder, () -> run.create(DESCRIPTION));
        }
        assertEquals(0, run.require().step());
    }

    @Test
    void aRunWithASavedStepIsNotReplaced() {
        run.create(DESCRIPTION);
        run.save(0, 0, writing("first"));
        run.save(1, 0, writing("second"));

        assertMessage(
                "There is a training run in " + folder + " already: resume it with --resume " + folder
                        + ", or choose another --out.",
                () -> run.create(DESCRIPTION));
    }

    @Test
    void aFolderWithoutARunIsRefused() {
        assertMessage(folder + " holds no training run (there is no run.json).", () -> run.description());
    }

    @Test
    void aBrokenDescriptionIsRefused() throws IOException {
        run.create(DESCRIPTION);
        Files.writeString(folder.resolve("run.json"), "{");

        assertMessage(
                folder + "/run.json cannot be parsed: restore it, or start a new run with --out.",
                () -> run.description());
    }

    @Test
    void aPathThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "");
        RunFolder inFile = new RunFolder(file.resolve("run"));

        assertStarts("Cannot write " + file, () -> inFile.create(DESCRIPTION));
        assertStarts("Cannot write " + file, () -> inFile.lock().close());
        assertStarts("Cannot write " + file, () -> inFile.save(1, 1, writing("x")));
        assertStarts("The folder " + file, () -> inFile.newest());
    }

    @Test
    void savesWeightsStepAndSeconds() throws IOException {
        run.create(DESCRIPTION);

        RunFolder.Checkpoint saved = run.save(1234, 5.5, writing("weights"));

        assertEquals(folder.resolve("checkpoint-00001234"), saved.folder());
        assertEquals("weights", Files.readString(saved.folder().resolve("weights")));
        assertEquals(new RunFolder.Checkpoint(saved.folder(), 1234, 5.5), saved);
        assertEquals(saved, run.require());
        assertEquals(saved, run.newest().orElseThrow());
    }

    @Test
    void keepsTheTwoNewestCheckpoints() throws IOException {
        run.create(DESCRIPTION);
        for (long step : List.of(0L, 900L, 1000L, 123456789L)) {
            run.save(step, step, writing("" + step));
        }

        assertEquals(List.of("checkpoint-00001000", "checkpoint-123456789"), checkpoints());
        assertEquals(123456789, run.require().step());
        assertEquals("123456789", Files.readString(run.require().folder().resolve("weights")));
    }

    @Test
    void aCheckpointOfTheSameStepIsReplaced() throws IOException {
        run.create(DESCRIPTION);
        run.save(3, 1, writing("old"));
        run.save(3, 2, writing("new"));

        assertEquals("new", Files.readString(run.require().folder().resolve("weights")));
        assertEquals(2, run.require().seconds());
    }

    @Test
    void aSaveThatFailsLeavesTheCheckpointsBefore() throws IOException {
        run.create(DESCRIPTION);
        RunFolder.Checkpoint before = run.save(1, 1, writing("one"));

        assertThrows(
                IllegalStateException.class,
                () -> run.save(2, 2, checkpoint -> {
                    writing("half").accept(checkpoint);
                    throw new IllegalStateException();
                }));

        assertEquals(before, run.require());
        assertEquals(List.of("checkpoint-00000001"), checkpoints());
        run.save(2, 2, writing("two"));
        assertEquals(2, run.require().step());
        assertFalse(Files.exists(folder.resolve("saving")));
    }

    @Test
    void otherFoldersAreNoCheckpoints() throws IOException {
        run.create(DESCRIPTION);
        Files.createDirectories(folder.resolve("checkpoint-00000009"));
        Files.createDirectories(folder.resolve("backup"));
        Files.writeString(folder.resolve("backup/state.json"), "{\"step\": 9, \"seconds\": 1}");

        assertTrue(run.newest().isEmpty());
    }

    @Test
    void aDamagedCheckpointIsNamed() throws IOException {
        run.create(DESCRIPTION);
        RunFolder.Checkpoint saved = run.save(1, 1, writing("one"));
        String message =
                "The checkpoint " + saved.folder() + " is damaged: delete it to resume from the one before it.";

        Files.writeString(saved.folder().resolve("state.json"), "{\"step\": 1}");
        assertMessage(message, () -> run.require());
        Files.writeString(saved.folder().resolve("state.json"), "{");
        assertMessage(message, () -> run.require());
    }

    @Test
    void oneProcessAtATimeHoldsTheLock() {
        run.create(DESCRIPTION);
        try (LockFile lock = run.lock()) {
            assertTrue(lock.channel().isOpen());
            assertMessage(
                    "Another process is training " + folder + ": wait for it, or stop it first.", () -> run.lock());
        }
        run.lock().close();
    }

    private static Consumer<Path> writing(String text) {
        return checkpoint -> {
            try {
                Files.writeString(checkpoint.resolve("weights"), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private List<String> checkpoints() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(e -> e.getFileName().toString())
                    .filter(n -> n.startsWith("checkpoint"))
                    .sorted()
                    .toList();
        }
    }

    private static void assertMessage(String message, Runnable action) {
        assertEquals(message, assertThrows(UserError.class, action::run).getMessage());
    }

    private static void assertStarts(String message, Runnable action) {
        String found = assertThrows(UserError.class, action::run).getMessage();
        assertTrue(found.startsWith(message), found);
    }
}
