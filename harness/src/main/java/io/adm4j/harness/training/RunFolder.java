package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.DiskSpace;
import io.adm4j.io.FileTree;
import io.adm4j.io.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The folder of one training run.
 *
 * <pre>
 * run.json                 kind, flags, dataset, training settings and command of the run
 * log.csv, log.jsonl       one line per optimizer step
 * events.out.tfevents.*    the same for TensorBoard
 * lock                     held while a process trains
 * graphs/                  training.onnx, optimizer.onnx; written whenever training starts or resumes
 * checkpoint-00001000/     the files of the engine, state.json; the two newest are kept
 * </pre>
 *
 * <p>Saving a checkpoint is atomic: it is written under another name and then renamed.
 */
public final class RunFolder {
    private static final String PREFIX = "checkpoint-";
    private static final int KEPT = 2;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path folder;

    /**
     * One saved state.
     *
     * @param step optimizer steps done
     * @param seconds time spent on them, all sessions together
     */
    public record Checkpoint(Path folder, long step, double seconds) {}

    public RunFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Creates a new run. A run that failed before it saved a step is replaced: there is nothing in it to resume.
     *
     * @param run contents of run.json
     * @throws UserError if the folder holds a run with saved steps, another process trains there, or the folder cannot be
     *     written
     */
    public void create(JsonNode run) {
        try {
            Files.createDirectories(folder);
            try (LockFile lock = lock()) {
                if (Files.exists(folder.resolve("run.json"))) {
                    removeUntrained();
                }
                AtomicFile.writeString(
                        folder.resolve("run.json"),
                        mapper.writerWithDefaultPrettyPrinter().writeValueAsString(run) + "\n");
            }
        } catch (IOException e) {
            throw cannotWrite(folder, e);
        }
    }

    /**
     * Checks that the disk has room for the checkpoints that are kept and the one that is being saved, less those that are
     * there.
     *
     * @param checkpointBytes of one
     * @throws UserError if there is less
     */
    public void requireRoom(long checkpointBytes) {
        int there = Files.isDirectory(folder) ? checkpoints().size() : 0;
        new DiskSpace(folder)
                .require(
                        "The run folder " + folder,
                        checkpointBytes * (KEPT + 1 - there),
                        "train in a folder on another disk");
    }

    private void removeUntrained() throws IOException {
        if (newest().filter(checkpoint -> checkpoint.step() > 0).isPresent()) {
            throw new UserError("There is a training run in " + folder + " already: resume it with --resume " + folder
                    + ", or choose another --out.");
        }
        for (Checkpoint untrained : checkpoints()) {
            FileTree.delete(untrained.folder());
        }
    }

    /**
     * Keeps other processes from training the same run until the lock is closed.
     *
     * @throws UserError if another process trains it, or the folder cannot be written
     */
    public LockFile lock() {
        try {
            return LockFile.take(folder.resolve("lock"))
                    .orElseThrow(() -> new UserError(
                            "Another process is training " + folder + ": wait for it, or stop it first."));
        } catch (IOException e) {
            throw cannotWrite(folder, e);
        }
    }

    /**
     * The contents of run.json.
     *
     * @throws UserError if there is none or it cannot be parsed
     */
    public JsonNode description() {
        Path file = folder.resolve("run.json");
        if (!Files.exists(file)) {
            throw new UserError(folder + " holds no training run (there is no run.json).");
        }
        try {
            return mapper.readTree(file.toFile());
        } catch (IOException e) {
            throw new UserError(file + " cannot be parsed: restore it, or start a new run with --out.", e);
        }
    }

    public Path path() {
        return folder;
    }

    public Path graphs() {
        return folder.resolve("graphs");
    }

    public Path log() {
        return folder.resolve("log.csv");
    }

    /** The newest checkpoint. */
    public Optional<Checkpoint> newest() {
        return checkpoints().stream().max(Comparator.comparingLong(Checkpoint::step));
    }

    /**
     * The newest checkpoint.
     *
     * @throws UserError if there is none
     */
    public Checkpoint require() {
        return newest().orElseThrow(() -> new UserError("The training run in " + folder + " has no checkpoint yet."));
    }

    /**
     * Saves a checkpoint and deletes all but the two newest.
     *
     * @param step optimizer steps done
     * @param seconds time spent on them, all sessions together
     * @param writeFiles writes the weights and all other state into the folder that it is given; if it throws, nothing of
     *     the checkpoint is left
     * @throws UserError if the folder cannot be written
     */
    public Checkpoint save(long step, double seconds, Consumer<Path> writeFiles) {
        Path target = folder.resolve(String.format(Locale.ROOT, "%s%08d", PREFIX, step));
        Path temporary = folder.resolve("saving");
        try {
            FileTree.delete(temporary);
            Files.createDirectories(temporary);
            try {
                writeFiles.accept(temporary);
                ObjectNode state = mapper.createObjectNode().put("step", step).put("seconds", seconds);
                Files.writeString(temporary.resolve("state.json"), mapper.writeValueAsString(state));
                FileTree.delete(target);
                AtomicFile.rename(temporary, target);
            } finally {
                FileTree.delete(temporary);
            }
            List<Checkpoint> all = checkpoints();
            for (Checkpoint old : all.subList(0, Math.max(0, all.size() - KEPT))) {
                FileTree.delete(old.folder());
            }
        } catch (IOException e) {
            throw cannotWrite(target, e);
        }
        return new Checkpoint(target, step, seconds);
    }

    private List<Checkpoint> checkpoints() {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> p.getFileName().toString().startsWith(PREFIX))
                    .filter(p -> Files.exists(p.resolve("state.json")))
                    .map(this::read)
                    .sorted(Comparator.comparingLong(Checkpoint::step))
                    .toList();
        } catch (IOException e) {
            throw new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private Checkpoint read(Path checkpoint) {
        try {
            JsonNode state = mapper.readTree(checkpoint.resolve("state.json").toFile());
            return new Checkpoint(
                    checkpoint,
                    state.required("step").asLong(),
                    state.required("seconds").asDouble());
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(
                    "The checkpoint " + checkpoint + " is damaged: delete it to resume from the one before it.", e);
        }
    }

    private static UserError cannotWrite(Path path, IOException e) {
        return new UserError("Cannot write " + path + ": " + e.getMessage() + ".", e);
    }
}
