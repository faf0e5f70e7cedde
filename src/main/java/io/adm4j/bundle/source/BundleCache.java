package io.adm4j.bundle.source;

import io.adm4j.bundle.BundleException;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.FileTree;
import io.adm4j.io.LockFile;
import io.adm4j.io.OwnFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder in which bundles from elsewhere are kept, each under a name that means its content. A bundle is there whole or not
 * at all; of several processes that want the same one, one fetches it and the others wait.
 */
final class BundleCache {
    private static final Duration OFTEN = Duration.ofMillis(100);
    private static final String PART = "-part";

    private final Path folder;
    private final Duration patience;

    /** Puts the files of a bundle into a folder. */
    @FunctionalInterface
    interface Filler {
        void fill(Path folder) throws IOException;
    }

    private BundleCache(Path folder, Duration patience) {
        this.folder = folder;
        this.patience = patience;
    }

    /**
     * Opens the cache.
     *
     * @param configured its folder; by default {@code bundles} in the user's cache folder, or in the directory for temporary
     *     files where that cannot be written
     * @param patience how long to wait for another process
     * @throws UserError if it cannot be written, or others could change what is in it
     */
    static BundleCache open(Optional<Path> configured, Duration patience) {
        if (configured.isPresent()) {
            return new BundleCache(ready(configured.get().resolve("bundles")), patience);
        }
        try {
            return new BundleCache(ready(usual()), patience);
        } catch (UserError e) {
            Path temporary = Path.of(System.getProperty("java.io.tmpdir"), "adm4j-" + System.getProperty("user.name"));
            return new BundleCache(ready(temporary.resolve("bundles")), patience);
        }
    }

    private static Path usual() {
        String home = System.getenv("ADM4J_HOME");
        Path kept = home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "adm4j")
                : Path.of(home);
        return kept.resolve("bundles");
    }

    private static Path ready(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        try {
            boolean posix =
                    absolute.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] mine = posix
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                    }
                    : new FileAttribute<?>[0];
            Files.createDirectories(absolute, mine);
            if (!Files.isWritable(absolute)) {
                throw new IOException("it is read-only");
            }
            if (posix && !OwnFiles.ofThisUser().owns(absolute)) {
                throw new UserError(
                        "The cache folder " + absolute
                                + " can be changed by others: take their permission to write to it, or set adm4j.cache to another.");
            }
            return absolute;
        } catch (IOException e) {
            throw new UserError(
                    "The cache folder " + absolute + " cannot be written (" + reason(e)
                            + "): set adm4j.cache to one that can.",
                    e);
        }
    }

    private static String reason(IOException e) {
        // Of the file system's exceptions the message is only the path.
        return e.getClass() == IOException.class
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName() + " " + e.getMessage();
    }

    /** Where a file that belongs to an entry may be kept while it is fetched. */
    Path beside(String entry, String ending) {
        return folder.resolve(entry + ending);
    }

    /**
     * The folder of a bundle.
     *
     * @param entry name that means its content
     * @param filler is called if it is not there; if it fails, nothing is kept
     * @throws UserError as the filler does, or if another process takes too long to fetch it
     */
    Path get(String entry, Filler filler) throws IOException {
        Path target = folder.resolve(entry);
        if (isThere(target)) {
            return target;
        }
        try (LockFile lock = lock(entry)) {
            if (!isThere(target)) {
                removeParts(entry);
                // Interrupted before it was complete, or emptied by hand.
                FileTree.delete(target);
                fill(target, entry, filler);
            }
            return target;
        }
    }

    private static boolean isThere(Path bundle) {
        return Files.isRegularFile(bundle.resolve(ModelBundle.MANIFEST));
    }

    private void fill(Path target, String entry, Filler filler) throws IOException {
        Path part = folder.resolve("." + entry + "-" + UUID.randomUUID() + PART);
        Files.createDirectory(part);
        try {
            filler.fill(part);
            AtomicFile.rename(part, target);
        } finally {
            FileTree.delete(part);
        }
    }

    private void removeParts(String entry) throws IOException {
        List<Path> parts;
        try (Stream<Path> all = Files.list(folder)) {
            parts = all.filter(path -> path.getFileName().toString().startsWith("." + entry + "-")
                            && path.getFileName().toString().endsWith(PART))
                    .toList();
        }
        for (Path part : parts) {
            FileTree.delete(part);
        }
    }

    private LockFile lock(String entry) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<LockFile> lock = LockFile.take(folder.resolve(entry + ".lock"));
            if (lock.isPresent()) {
                return lock.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new BundleException("Another process has been fetching the bundle " + entry + " for "
                        + patience.toSeconds() + " seconds: look at it, or set adm4j.fetch.longest to more.");
            }
            try {
                Thread.sleep(OFTEN.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BundleException("Stopped while another process was fetching the bundle " + entry + ".", e);
            }
        }
    }
}
