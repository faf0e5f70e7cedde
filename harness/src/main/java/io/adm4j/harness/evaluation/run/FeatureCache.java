package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.FeatureFileWriter;
import io.adm4j.io.FileTree;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Features by content in a folder, for all evaluations on a machine: a {@link FeatureFile} for each set of images and network.
 * Those that were not used for longest go when there are too many. Any number of processes may use it at once: a file is there
 * whole or not at all.
 */
public final class FeatureCache {
    /** What a process that was killed left behind is that old. */
    private static final Duration ABANDONED = Duration.ofDays(2);

    private final Path folder;
    private final long mostBytes;

    /**
     * @param folder made when something is kept
     * @param mostBytes that its files may have in all
     */
    public FeatureCache(Path folder, long mostBytes) {
        this.folder = folder;
        this.mostBytes = mostBytes;
    }

    /**
     * Features that are kept. A file that is damaged is removed, so that they are extracted again.
     *
     * @param contents text that differs wherever the features differ
     */
    Optional<FeatureFile> find(String contents) {
        Path file = path(contents);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            FeatureFile features = FeatureFile.open(file);
            if (features.isSound()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
                return Optional.of(features);
            }
        } catch (UserError | IOException e) {
            // Damaged, or removed in this moment by another process.
        }
        remove(file);
        return Optional.empty();
    }

    /** Where features are kept. */
    Path path(String contents) {
        return folder.resolve(Sha256.of(contents).substring(0, 32) + FeatureFile.ENDING);
    }

    /** Removes the files that were not used for longest, until the others fit, and what killed processes left behind. */
    void trim() {
        Instant abandoned = Instant.now().minus(ABANDONED);
        entries(FeatureFileWriter.UNFINISHED).stream()
                .filter(left -> newest(left).isBefore(abandoned))
                .forEach(FeatureCache::remove);
        List<Path> newestFirst = entries(FeatureFile.ENDING).stream()
                .sorted(Comparator.comparing(FeatureCache::modified).reversed())
                .toList();
        long bytes = 0;
        for (Path file : newestFirst) {
            bytes += file.toFile().length();
            if (bytes > mostBytes) {
                remove(file);
            }
        }
    }

    private List<Path> entries(String ending) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(entry -> entry.getFileName().toString().endsWith(ending))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Instant newest(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(FeatureCache::modified)
                    .max(Comparator.naturalOrder())
                    .orElse(Instant.MAX);
        } catch (IOException e) {
            return Instant.MAX;
        }
    }

    private static Instant modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.MIN;
        }
    }

    /** Another process may remove it as well, or on Windows read it. */
    private static void remove(Path entry) {
        try {
            FileTree.delete(entry);
        } catch (IOException e) {
            // It is removed another time.
        }
    }
}
