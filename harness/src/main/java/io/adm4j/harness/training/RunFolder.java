package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.DiskSpace;
import io.adm4j.io.DiskWait;
import io.adm4j.io.FileTree;
import io.adm4j.io.LockFile;
import io.adm4j.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of one training run.
 *
 * <pre>
 * run.json                 kind, flags, dataset, training settings and command of the run
 * log.csv, log.jsonl       one line per optimizer step
 * events.out.tfevents.*    the same for TensorBoard
 * run.html                 curves, sample grids, settings; written with each checkpoint
 * previews/                sample grids
 * evals.jsonl, evals.csv   scores of samples; evaluation/ is what an unfinished evaluation has done
 * best.json                step and score of the checkpoint that scored best
 * lock                     held while a process trains
 * graphs/                  training.onnx, optimizer.onnx; written whenever training starts or resumes
 * checkpoint-00001000/     the files of the engine, and state.json with their sizes and checksums
 * </pre>
 *
 * <p>Saving a checkpoint is atomic: it is written under another name, to the disk itself, and then renamed. What cannot be
 * read later is damaged; the newest whole checkpoint counts.
 */
public final class RunFolder {
    private static final String PREFIX = "checkpoint-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{8,18})");
    private static final String DESCRIPTION = "run.json";
    private static final String BEST = "best.json";

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path folder;
    private final OptionalLong chosen;
    private final Retention retention;
    private final Consumer<String> warnings;
    private final DiskWait wait;
    private final Set<Path> damaged = new LinkedHashSet<>();
    /** Read whole by this object, so not again. */
    private final Set<Checkpoint> verified = new HashSet<>();

    /**
     * One saved state.
     *
     * @param step optimizer steps done
     * @param seconds time spent on them, all sessions together
     * @param losses up to this step
     */
    public record Checkpoint(Path folder, long step, double seconds, LossHistory losses) {
        /** That its loss is not within reason, and which checkpoint is better; empty if it is. */
        public Optional<String> doubt() {
            if (losses.isWithinReason()) {
                return Optional.empty();
            }
            return Optional.of(String.format(
                    Locale.ROOT,
                    "the loss up to step %d, %.4g, is far above the best, %.4g; %s.",
                    step,
                    losses.mean(),
                    losses.best(),
                    losses.sound() == LossHistory.NONE
                            ? "no checkpoint before it is better"
                            : "the last checkpoint with a loss within reason is that of step " + losses.sound()));
        }
    }

    private RunFolder(Path folder, OptionalLong chosen, Retention retention, Consumer<String> warnings, DiskWait wait) {
        this.wait = wait;
        this.folder = folder;
        this.chosen = chosen;
        this.retention = retention;
        this.warnings = warnings;
    }

    /** A run that keeps its two newest checkpoints. */
    public RunFolder(Path folder) {
        this(folder, Retention.DEFAULT, warning -> {});
    }

    /** @param warnings told in one line of each checkpoint that is damaged */
    public RunFolder(Path folder, Retention retention, Consumer<String> warnings) {
        this(folder, retention, warnings, DiskWait.none());
    }

    /** @param wait for checkpoints while the disk is full */
    public RunFolder(Path folder, Retention retention, Consumer<String> warnings, DiskWait wait) {
        this(folder, OptionalLong.empty(), retention, warnings, wait);
    }

    /**
     * A run to take weights from.
     *
     * @param given its folder, or that of one of its checkpoints, which {@link #require()} then gives
     * @param warnings as above
     */
    public static RunFolder source(Path given, Consumer<String> warnings) {
        OptionalLong step = isCheckpoint(given) ? step(given) : OptionalLong.empty();
        return new RunFolder(
                step.isPresent() ? runOf(given) : given, step, Retention.DEFAULT, warnings, DiskWait.none());
    }

    /** Whether a path is a run's folder, or that of one of its checkpoints. */
    public static boolean isSource(Path path) {
        return Files.isRegularFile(path.resolve(DESCRIPTION)) || isCheckpoint(path);
    }

    private static boolean isCheckpoint(Path path) {
        return step(path).isPresent()
                && Files.isDirectory(path)
                && Files.isRegularFile(runOf(path).resolve(DESCRIPTION));
    }

    private static Path runOf(Path checkpoint) {
        return checkpoint.toAbsolutePath().normalize().getParent();
    }

    /** The step in a checkpoint folder's name. */
    private static OptionalLong step(Path path) {
        Path last = path.toAbsolutePath().normalize().getFileName();
        Matcher name = NAME.matcher(last == null ? "" : last.toString());
        return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
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
                if (Files.exists(folder.resolve(DESCRIPTION))) {
                    removeUntrained();
                }
                describe(run);
            }
        } catch (IOException e) {
            throw cannotWrite(folder, e);
        }
    }

    private void describe(JsonNode run) throws IOException {
        String text = mapper.writerWithDefaultPrettyPrinter().writeValueAsString(run) + "\n";
        AtomicFile.write(folder.resolve(DESCRIPTION), part -> {
            Files.writeString(part, text);
            FileTree.sync(part);
        });
        FileTree.syncFolder(folder);
    }

    /**
     * Checks that the disk has room for the checkpoints that are kept and the one that is being saved, less those that are
     * there.
     *
     * @param checkpointBytes of one
     * @throws UserError if there is less
     */
    public void requireRoom(long checkpointBytes) {
        int there = Files.isDirectory(folder) ? steps().size() : 0;
        new DiskSpace(folder)
                .require(
                        "The run folder " + folder,
                        checkpointBytes * Math.max(1, retention.newest() + 1 - there),
                        "train in a folder on another disk");
    }

    private void removeUntrained() throws IOException {
        if (steps().keySet().stream().anyMatch(step -> step > 0)) {
            throw new UserError("There is a training run in " + folder + " already: resume it with --resume " + folder
                    + ", or choose another --out.");
        }
        for (Path untrained : steps().values()) {
            FileTree.delete(untrained);
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

    /** Whether a process trains the run now. */
    boolean isTraining() {
        Path file = folder.resolve("lock");
        if (!Files.exists(file)) {
            return false;
        }
        try {
            Optional<LockFile> lock = LockFile.take(file);
            lock.ifPresent(LockFile::close);
            return lock.isEmpty();
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
        Path file = folder.resolve(DESCRIPTION);
        if (!Files.exists(file)) {
            throw new UserError(folder + " holds no training run (there is no run.json).");
        }
        try {
            return mapper.readTree(file.toFile());
        } catch (IOException e) {
            throw new UserError(file + " cannot be parsed: restore it, or start a new run with --out.", e);
        }
    }

    /**
     * Changes run.json.
     *
     * @param change modifies what it is given
     * @throws UserError if it cannot be read or written
     */
    public synchronized void amend(Consumer<ObjectNode> change) {
        ObjectNode description = (ObjectNode) description();
        change.accept(description);
        try {
            describe(description);
        } catch (IOException e) {
            throw cannotWrite(folder.resolve(DESCRIPTION), e);
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

    /** The newest whole checkpoint. */
    public Optional<Checkpoint> newest() {
        List<Path> newestFirst = new ArrayList<>(steps().descendingMap().values());
        for (Path found : newestFirst) {
            try {
                return Optional.of(verified(found));
            } catch (DamagedCheckpointException e) {
                if (damaged.add(found)) {
                    warnings.accept("The checkpoint " + found + " is damaged (" + e.getMessage()
                            + "): the newest whole one is used instead.");
                }
            }
        }
        return Optional.empty();
    }

    /**
     * The newest whole checkpoint, or the one that was chosen.
     *
     * @throws UserError if there is none, or the chosen one is damaged
     */
    public Checkpoint require() {
        if (chosen.isPresent()) {
            return require(chosen.getAsLong());
        }
        return newest().orElseThrow(() -> new UserError(
                damaged.isEmpty()
                        ? "The training run in " + folder + " has no checkpoint yet."
                        : "All checkpoints of the training run in " + folder
                                + " are damaged: restore one from a backup, or start a new run with --out."));
    }

    /**
     * The checkpoint of a step.
     *
     * @throws UserError if there is none, or it is damaged
     */
    public Checkpoint require(long step) {
        NavigableMap<Long, Path> all = steps();
        Path found = all.get(step);
        if (found == null) {
            throw new UserError("The training run in " + folder + " has no checkpoint of step " + step + ", but of "
                    + (all.isEmpty() ? "none" : all.keySet().toString().replaceAll("[\\[\\]]", "")) + ".");
        }
        try {
            return verified(found);
        } catch (DamagedCheckpointException e) {
            throw new UserError("The checkpoint " + found + " is damaged (" + e.getMessage() + "): take another.", e);
        }
    }

    /**
     * The checkpoint that scored best of those that are there; empty if none has been scored.
     *
     * @throws UserError if the file that names it cannot be read
     */
    public Optional<BestCheckpoint> best() {
        Path file = folder.resolve(BEST);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode best = mapper.readTree(file.toFile());
            if (!best.path("step").isIntegralNumber() || !best.path("value").isNumber()) {
                throw new UserError(file + " lacks the step or the value of the best checkpoint: remove it.");
            }
            return Optional.of(new BestCheckpoint(
                            best.path("step").asLong(),
                            best.path("metric").asText(),
                            best.path("value").asDouble()))
                    .filter(named -> steps().containsKey(named.step()));
        } catch (IOException e) {
            throw new UserError(file + " cannot be parsed: remove it.", e);
        }
    }

    /**
     * Names the checkpoint that scored best: it stays, whatever else is deleted, until another one is named.
     *
     * @param best empty if there is none
     * @throws UserError if the folder cannot be written
     */
    public void setBest(Optional<BestCheckpoint> best) {
        Path file = folder.resolve(BEST);
        try {
            if (best.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            ObjectNode json = mapper.createObjectNode()
                    .put("step", best.get().step())
                    .put("metric", best.get().metric())
                    .put("value", best.get().value());
            AtomicFile.writeString(file, json.toPrettyString() + "\n");
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** The steps that there are checkpoints of, whole or not, ascending. */
    public List<Long> savedSteps() {
        return List.copyOf(steps().keySet());
    }

    /** Where the checkpoint of a step is, or would be. */
    Path checkpoint(long step) {
        return folder.resolve(String.format(Locale.ROOT, "%s%08d", PREFIX, step));
    }

    /**
     * Saves a checkpoint without losses, as that of a new run.
     *
     * @throws UserError if the folder cannot be written
     */
    public Checkpoint save(long step, double seconds, Consumer<Path> writeFiles) {
        return save(step, seconds, LossHistory.none(), writeFiles);
    }

    /**
     * Saves a checkpoint and deletes those that need not stay.
     *
     * @param step optimizer steps done
     * @param seconds time spent on them, all sessions together
     * @param losses up to this step; the sound checkpoint that they name stays
     * @param writeFiles writes the weights and all other state into the folder that it is given; if it throws, nothing of
     *     the checkpoint is left
     * @throws UserError if the folder cannot be written
     */
    public Checkpoint save(long step, double seconds, LossHistory losses, Consumer<Path> writeFiles) {
        Path target = checkpoint(step);
        try {
            wait.run(target, this::isFull, () -> write(target, step, seconds, losses, writeFiles));
            damaged.remove(target);
            Checkpoint saved = new Checkpoint(target, step, seconds, losses);
            verified.add(saved);
            if (best().filter(best -> best.step() >= step).isPresent()) {
                // It was of steps that have been taken back.
                setBest(Optional.empty());
            }
            prune(step, losses.sound());
            return saved;
        } catch (IOException e) {
            throw cannotWrite(target, e);
        }
    }

    private void write(Path target, long step, double seconds, LossHistory losses, Consumer<Path> writeFiles)
            throws IOException {
        Path temporary = folder.resolve("saving");
        FileTree.delete(temporary);
        Files.createDirectories(temporary);
        try {
            writeFiles.accept(temporary);
            ObjectNode state = mapper.createObjectNode().put("step", step).put("seconds", seconds);
            state.set("loss", finite(losses.mean()));
            state.set("best_loss", finite(losses.best()));
            new CheckpointFiles(temporary).seal(state.put("sound_step", losses.sound()));
            FileTree.delete(target);
            AtomicFile.rename(temporary, target);
            FileTree.syncFolder(folder);
        } finally {
            FileTree.delete(temporary);
        }
    }

    /** The training runtime does not say why it cannot write: there is less room than a checkpoint takes. */
    private boolean isFull(Exception failure) {
        return DiskWait.isFull(failure)
                || failure instanceof RuntimeFailure
                        && new DiskSpace(folder).free().orElse(Long.MAX_VALUE) < newestBytes();
    }

    private long newestBytes() {
        Map.Entry<Long, Path> newest = steps().lastEntry();
        if (newest == null) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(newest.getValue())) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Deletes the checkpoints that need not stay, damaged ones included. */
    private void prune(long newest, long sound) throws IOException {
        int left = retention.newest();
        long best = best().map(BestCheckpoint::step).orElse(LossHistory.NONE);
        for (Map.Entry<Long, Path> found : steps().descendingMap().entrySet()) {
            long step = found.getKey();
            boolean whole = step <= newest && !damaged.contains(found.getValue());
            boolean stays = whole && (left-- > 0 || step == sound || step == best || retention.keepsStep(step));
            if (!stays) {
                FileTree.delete(found.getValue());
            }
        }
        damaged.clear();
    }

    /** JSON has no numbers that are not finite. */
    private static JsonNode finite(double value) {
        return Double.isFinite(value)
                ? JsonNodeFactory.instance.numberNode(value)
                : JsonNodeFactory.instance.nullNode();
    }

    private static double number(JsonNode value) {
        return value.isNumber() ? value.asDouble() : Double.NaN;
    }

    private NavigableMap<Long, Path> steps() {
        NavigableMap<Long, Path> steps = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.forEach(entry -> step(entry).ifPresent(step -> steps.put(step, entry)));
        } catch (IOException e) {
            throw new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
        }
        return steps;
    }

    private Checkpoint verified(Path found) {
        CheckpointFiles files = new CheckpointFiles(found);
        JsonNode state = files.state();
        if (!state.path("step").isIntegralNumber()
                || !state.path("seconds").isNumber()
                || state.path("step").asLong() != step(found).orElseThrow()) {
            throw new DamagedCheckpointException("its " + CheckpointFiles.STATE + " lacks its step or seconds");
        }
        LossHistory losses = new LossHistory(
                number(state.path("loss")),
                number(state.path("best_loss")),
                state.path("sound_step").asLong(LossHistory.NONE));
        Checkpoint checkpoint = new Checkpoint(
                found, state.path("step").asLong(), state.path("seconds").asDouble(), losses);
        if (!verified.contains(checkpoint)) {
            files.verify(state);
            verified.add(checkpoint);
        }
        return checkpoint;
    }

    private static UserError cannotWrite(Path path, IOException e) {
        return new UserError("Cannot write " + path + ": " + e.getMessage() + ".", e);
    }
}
