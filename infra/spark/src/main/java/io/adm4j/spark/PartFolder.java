package io.adm4j.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finished parts of an evaluation: a few files each, and a list of their names, with which a part is whole. A job that is run
 * again goes on with the parts that are not.
 */
final class PartFolder implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String COUNT = "parts";

    private final RemoteFolder folder;
    private final int count;

    private PartFolder(RemoteFolder folder, int count) {
        this.folder = folder;
        this.count = count;
    }

    /**
     * Opens the folder of an evaluation.
     *
     * @param settings all that decides the parts but their number, name to value
     * @param asked number of parts; empty for as many as an interrupted run in this folder had
     * @param usual number of parts where that says nothing
     * @throws UserError if it holds parts of other settings, or cannot be written
     */
    static PartFolder open(RemoteFolder folder, Map<String, String> settings, Optional<Integer> asked, int usual) {
        String then = folder.has(SettingsNote.NAME) ? folder.text(SettingsNote.NAME) : "";
        int count = asked.orElseGet(() -> then.isEmpty() ? usual : countIn(then));
        Map<String, String> all = new TreeMap<>(settings);
        all.put(COUNT, Integer.toString(count));
        String now = json(all);
        SettingsNote.agree(folder, now, "parts of an interrupted evaluation with");
        return new PartFolder(folder, count);
    }

    private static int countIn(String settings) {
        try {
            return new ObjectMapper().readTree(settings).path(COUNT).asInt(1);
        } catch (JsonProcessingException e) {
            // Other text differs from any settings.
            return 1;
        }
    }

    private static String json(Map<String, String> settings) {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(settings);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Number of parts in all. */
    int count() {
        return count;
    }

    /** The parts that are not there yet, from 1. */
    List<Integer> missing() {
        Set<String> there = Set.copyOf(folder.names());
        return IntStream.rangeClosed(1, count)
                .filter(number -> !there.contains(list(number)))
                .boxed()
                .toList();
    }

    /** Whether a part is there. */
    boolean has(int number) {
        return folder.has(list(number));
    }

    /** Keeps a finished part; moves its files. */
    void put(int number, List<Path> files) {
        files.forEach(file -> folder.put(file.getFileName().toString(), file));
        folder.putText(
                list(number),
                files.stream().map(file -> file.getFileName().toString()).collect(Collectors.joining("\n")));
    }

    /** All parts on this machine: the folder itself, or a copy. */
    Path here() {
        return folder.path().orElseGet(() -> {
            try {
                Path copy = Files.createTempDirectory(ExecutorState.folder(), "parts-");
                features().forEach(name -> folder.get(name, copy.resolve(name)));
                return copy;
            } catch (IOException e) {
                throw new UncheckedIOException("The parts could not be copied to the local disk.", e);
            }
        });
    }

    /** The names of the files of all parts, in the order of the parts. */
    List<String> features() {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> folder.text(list(number)).lines())
                .flatMap(lines -> lines)
                .toList();
    }

    /** A file of a part on this machine: itself, or a copy that all tasks here share. */
    Path file(String name) {
        return folder.path()
                .map(path -> path.resolve(name))
                .orElseGet(() -> ExecutorState.once("part " + name, () -> {
                    Path copy = ExecutorState.folder().resolve(name);
                    folder.get(name, copy);
                    return copy;
                }));
    }

    /** Removes the folder with all parts. */
    void delete() {
        folder.delete();
    }

    private String list(int number) {
        return "part-" + number + "-of-" + count + ".txt";
    }
}
