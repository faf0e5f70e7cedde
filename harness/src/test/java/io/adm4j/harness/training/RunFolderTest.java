package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.feedback.UserError;
import io.adm4j.io.DiskWait;
import io.adm4j.io.LockFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertEquals(new RunFolder.Checkpoint(saved.folder(), 1234, 5.5, LossHistory.none()), saved);
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

    @ParameterizedTest
    @ValueSource(strings = {"no state", "no json", "empty state", "no step", "cut", "changed", "gone"})
    void theNewestWholeCheckpointCounts(String damage) throws IOException {
        run.create(DESCRIPTION);
        RunFolder.Checkpoint older = run.save(1, 1, writing("one"));
        Path newest = run.save(2, 2, writing("two")).folder();
        Path state = newest.resolve("state.json");
        Path weights = newest.resolve("weights");
        String problem;
        switch (damage) {
            case "no state" -> {
                Files.delete(state);
                problem = "it has no state.json";
            }
            case "no json" -> {
                Files.writeString(state, Files.readString(state).substring(0, 10));
                problem = "its state.json cannot be parsed";
            }
            case "empty state" -> {
                Files.writeString(state, "");
                problem = "its state.json cannot be parsed";
            }
            case "no step" -> {
                Files.writeString(state, "{\"step\": 2}");
                problem = "its state.json lacks its step or seconds";
            }
            case "cut" -> {
                Files.writeString(weights, "tw");
                problem = "weights has 2 of 3 bytes";
            }
            case "changed" -> {
                Files.writeString(weights, "twa");
                problem = "weights has another checksum than when it was saved";
            }
            default -> {
                Files.delete(weights);
                problem = "weights is missing";
            }
        }

        List<String> said = new ArrayList<>();
        RunFolder resumed = new RunFolder(folder, Retention.DEFAULT, said::add);

        assertEquals(older, resumed.require());
        assertEquals(older, resumed.require());
        assertEquals(
                List.of("The checkpoint " + newest + " is damaged (" + problem
                        + "): the newest whole one is used instead."),
                said);
        assertMessage(
                "The checkpoint " + newest + " is damaged (" + problem + "): take another.", () -> resumed.require(2));

        resumed.save(3, 3, writing("three"));
        assertEquals(List.of("checkpoint-00000001", "checkpoint-00000003"), checkpoints(), "the damaged one goes");
    }

    @Test
    void aDamagedCheckpointIsSavedAnew() throws IOException {
        run.create(DESCRIPTION);
        run.save(1, 1, writing("one"));
        Files.writeString(run.save(2, 2, writing("two")).folder().resolve("weights"), "");
        RunFolder resumed = new RunFolder(folder);

        assertEquals(1, resumed.require().step());
        resumed.save(2, 2, writing("two"));

        assertEquals(2, new RunFolder(folder).require().step());
        assertEquals(List.of("checkpoint-00000001", "checkpoint-00000002"), checkpoints());
    }

    @Test
    void whereAllAreDamagedNothingIsResumedOrReplaced() throws IOException {
        run.create(DESCRIPTION);
        Files.delete(run.save(1, 1, writing("one")).folder().resolve("state.json"));

        assertMessage(
                "All checkpoints of the training run in " + folder
                        + " are damaged: restore one from a backup, or start a new run with --out.",
                () -> new RunFolder(folder).require());
        assertStarts("There is a training run in " + folder, () -> run.create(DESCRIPTION));
    }

    @Test
    void aCheckpointWithoutChecksumsIsTaken() throws IOException {
        run.create(DESCRIPTION);
        RunFolder.Checkpoint saved = run.save(1, 1.5, writing("one"));
        Files.writeString(saved.folder().resolve("state.json"), "{\"step\": 1, \"seconds\": 1.5}");

        assertEquals(saved, new RunFolder(folder).require());
    }

    @Test
    void keepsAsManyAsAskedForAndThoseOfEveryMthStep() throws IOException {
        RunFolder keeping = new RunFolder(folder, new Retention(1, 4), warning -> {});
        keeping.create(DESCRIPTION);
        for (long step = 0; step <= 10; step++) {
            keeping.save(step, step, writing("" + step));
        }

        assertEquals(List.of("checkpoint-00000004", "checkpoint-00000008", "checkpoint-00000010"), checkpoints());
        assertEquals(List.of(4L, 8L, 10L), keeping.savedSteps());
        assertEquals("4", Files.readString(keeping.require(4).folder().resolve("weights")));
        assertMessage(
                "The training run in " + folder + " has no checkpoint of step 5, but of 4, 8, 10.",
                () -> keeping.require(5));
    }

    @Test
    void theLastSoundCheckpointStays() throws IOException {
        run.create(DESCRIPTION);
        for (long step = 1; step <= 5; step++) {
            run.save(step, step, new LossHistory(step, 1, Math.min(2, step - 1)), writing("" + step));
        }

        assertEquals(List.of("checkpoint-00000002", "checkpoint-00000004", "checkpoint-00000005"), checkpoints());
        RunFolder.Checkpoint newest = new RunFolder(folder).require();
        assertEquals(new LossHistory(5, 1, 2), newest.losses());
        assertEquals(
                "the loss up to step 5, 5.000, is far above the best, 1.000; the last checkpoint with a loss within"
                        + " reason is that of step 2.",
                newest.doubt().orElseThrow());
        assertTrue(run.require(4).doubt().isEmpty());
    }

    @Test
    void aCheckpointsFolderIsASourceOfWeights() {
        run.create(DESCRIPTION);
        RunFolder.Checkpoint older = run.save(1, 1, writing("one"));
        RunFolder.Checkpoint newer = run.save(2, 2, writing("two"));

        assertEquals(
                older.step(),
                RunFolder.source(older.folder(), warning -> {}).require().step());
        assertEquals(newer, RunFolder.source(folder, warning -> {}).require());
        assertTrue(RunFolder.isSource(folder) && RunFolder.isSource(older.folder()));
        assertFalse(RunFolder.isSource(folder.resolve("checkpoint-00000007")));
        assertFalse(RunFolder.isSource(temporary));
    }

    /** The wait itself is tested where it is; this one ends after a try. */
    @Test
    void aFullDiskIsTriedAgain() throws IOException {
        List<String> said = new ArrayList<>();
        RunFolder waiting = new RunFolder(
                folder, Retention.DEFAULT, said::add, new DiskWait(Duration.ofMinutes(1), said::add, time -> {}));
        waiting.create(DESCRIPTION);
        waiting.save(1, 1, writing("one"));
        AtomicInteger tries = new AtomicInteger();

        waiting.save(2, 2, checkpoint -> {
            writing("half").accept(checkpoint);
            if (tries.incrementAndGet() < 3) {
                throw new UserError("Cannot write.", new IOException("No space left on device"));
            }
        });

        assertEquals(3, tries.get());
        assertEquals(2, said.size(), said.toString());
        assertEquals(2, new RunFolder(folder).require().step());
        assertFalse(Files.exists(folder.resolve("saving")));
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
