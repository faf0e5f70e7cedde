package io.adm4j.runtime;

import io.adm4j.io.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folders in the temporary directory into which ONNX Runtime's Java library extracts its native libraries. The library
 * leaves an empty one behind at each normal end, and a full one when the process is killed.
 */
final class ExtractedLibraries {
    private static final String PREFIX = "onnxruntime-java";
    private static final Duration ABANDONED = Duration.ofDays(1);
    private static final Path MAPS = Path.of("/proc/self/maps");

    private final Path temporary;

    /** @param temporary the directory that Java takes for temporary files */
    ExtractedLibraries(Path temporary) {
        this.temporary = temporary;
    }

    /**
     * Checks that libraries can be extracted.
     *
     * @throws RuntimeFailure if there is no such directory, or it cannot be written
     */
    void requireRoom() {
        if (!Files.isDirectory(temporary) || !Files.isWritable(temporary)) {
            throw new RuntimeFailure("The directory for temporary files, " + temporary
                    + ", is missing or cannot be written: make it, or name another one with -Djava.io.tmpdir=FOLDER (harness:"
                    + " JAVA_OPTS=-Djava.io.tmpdir=FOLDER).");
        }
    }

    /** Removes the folders of this process, whose libraries are in memory by now, and those that others abandoned. */
    void removeLoaded() {
        for (Path folder : folders()) {
            if (isLoadedHere(folder) || isAbandoned(folder)) {
                delete(folder);
            }
        }
    }

    private List<Path> folders() {
        try (Stream<Path> all = Files.list(temporary)) {
            return all.filter(path -> path.getFileName().toString().startsWith(PREFIX))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Linux keeps a mapped library alive when its file is gone; elsewhere the file has to stay. */
    private static boolean isLoadedHere(Path folder) {
        try {
            return Files.isReadable(MAPS)
                    && Files.readString(MAPS, StandardCharsets.ISO_8859_1).contains(folder + "/");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isAbandoned(Path folder) {
        try {
            return Files.getLastModifiedTime(folder)
                    .toInstant()
                    .isBefore(Instant.now().minus(ABANDONED));
        } catch (IOException e) {
            return false;
        }
    }

    private static void delete(Path folder) {
        try {
            FileTree.delete(folder);
        } catch (IOException e) {
            // Somebody else's, or in use: it stays, and nothing here depends on it.
        }
    }
}
