package io.adm4j.harness.evaluation.run;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import io.adm4j.io.DiskSpace;
import io.adm4j.io.FileTree;
import io.adm4j.io.LockFile;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What an evaluation has finished, on disk until its report is written: generated samples, features, results. The names of
 * the parts say what decides them, so that another evaluation in the same folder takes what it can use and no more.
 */
public final class WorkFolder implements AutoCloseable {
    /** Marks a folder as ours, so that nobody else's files are ever removed. */
    private static final String LOCK = "adm4j-eval.lock";

    /** What the evaluation was asked for. */
    private static final String SETTINGS = "settings.json";

    private final Path folder;
    private final LockFile lock;

    private WorkFolder(Path folder, LockFile lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Takes a folder for this process alone.
     *
     * @param folder made if it is not there
     * @throws UserError if it holds other files, another process has it, or it cannot be written
     */
    public static WorkFolder open(Path folder) {
        try {
            if (Files.isDirectory(folder) && !Files.exists(folder.resolve(LOCK)) && !isEmpty(folder)) {
                throw new UserError(
                        "The folder " + folder + " holds other files; name an empty or new one with --work.");
            }
            Files.createDirectories(folder);
            LockFile lock = LockFile.take(folder.resolve(LOCK))
                    .orElseThrow(() -> new UserError("Another evaluation uses " + folder
                            + ": wait for it, stop it first, or name another folder with --work."));
            return new WorkFolder(folder, lock);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + folder + ": " + e.getMessage() + ".", e);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    /**
     * Notes what is asked for now.
     *
     * @param settings name to value
     * @return settings that an interrupted evaluation whose work is here had otherwise: "NAME: OLD then, NEW now"; ordered by name
     */
    public List<String> begin(Map<String, String> settings) {
        Path note = folder.resolve(SETTINGS);
        ObjectMapper mapper = new ObjectMapper();
        try {
            Map<String, String> before =
                    Files.exists(note) ? mapper.readValue(note.toFile(), new TypeReference<>() {}) : settings;
            mapper.writeValue(note.toFile(), settings);
            return Stream.concat(before.keySet().stream(), settings.keySet().stream())
                    .distinct()
                    .sorted()
                    .filter(name -> !Objects.equals(before.get(name), settings.get(name)))
                    .map(name -> name + ": " + before.getOrDefault(name, "none") + " then, "
                            + settings.getOrDefault(name, "none") + " now")
                    .toList();
        } catch (JacksonException e) {
            delete(note);
            return List.of();
        } catch (IOException e) {
            throw new UserError("Cannot write to " + folder + ": " + e.getMessage() + ".", e);
        }
    }

    /** Where it is. */
    public Path path() {
        return folder;
    }

    /**
     * A path for something that this text decides.
     *
     * @param kind first part of the name
     */
    public Path path(String kind, String identity) {
        return folder.resolve(kind + "-" + Sha256.of(identity).substring(0, 16));
    }

    /**
     * Checks that the disk has room.
     *
     * @param bytes of all that an evaluation keeps here at the same time; what is here already counts
     * @throws UserError if there is less
     */
    public void requireRoom(long bytes) {
        try (Stream<Path> all = Files.walk(folder)) {
            long here = all.mapToLong(file -> file.toFile().length()).sum();
            new DiskSpace(folder).require("The folder " + folder, bytes - here, "name another with --work");
        } catch (IOException e) {
            throw new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** Removes all that was kept; {@link #close} then removes the folder. */
    public void clear() {
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(e -> !e.getFileName().toString().equals(LOCK)).forEach(WorkFolder::delete);
        } catch (IOException e) {
            throw new UserError("Could not clear " + folder + ": " + e.getMessage() + ".", e);
        }
    }

    /** Removes a file or folder of this one, if it exists. */
    static void delete(Path path) {
        try {
            FileTree.delete(path);
        } catch (IOException e) {
            throw new UserError("Could not remove " + path + ": " + e.getMessage() + ".", e);
        }
    }

    /** Gives the folder back, and removes it if nothing is kept in it. */
    @Override
    public void close() {
        try {
            // Deleted under the lock, where the system deletes open files; on Windows after it.
            boolean left = holdsNothing() && !deleted();
            lock.close();
            if (left) {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + folder + " was not given back.", e);
        }
    }

    private boolean deleted() {
        try {
            FileTree.delete(folder);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean holdsNothing() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).allMatch(f -> f.endsWith(LOCK) || f.endsWith(SETTINGS));
        }
    }
}
