package io.adm4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Atomic file writes: under its name a file is complete, whenever the process is killed. */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the contents of a file. */
    @FunctionalInterface
    public interface Writer {
        /**
         * Writes everything.
         *
         * @param file path of the file to create
         * @throws IOException if it cannot be written
         */
        void write(Path file) throws IOException;
    }

    /**
     * Writes to {@code NAME.part} in the same folder, then renames it to {@code target}, replacing an existing file.
     *
     * @param writer writes the temporary file; if it throws, that file is deleted and {@code target} is not modified
     * @throws IOException if the file cannot be written or renamed
     */
    public static void write(Path target, Writer writer) throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            writer.write(part);
            rename(part, target);
        } catch (IOException | RuntimeException | Error e) {
            deleteAfter(e, part);
            throw e;
        }
    }

    private static void deleteAfter(Throwable failure, Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Writes a text file in UTF-8.
     *
     * @throws IOException if it cannot be written
     */
    public static void writeString(Path target, String text) throws IOException {
        write(target, part -> Files.writeString(part, text));
    }

    /**
     * Renames a complete file or folder on the same file system in one step.
     *
     * @param target an existing file is replaced; an existing folder must be deleted before
     * @throws IOException if the file system cannot do that
     */
    public static void rename(Path complete, Path target) throws IOException {
        Files.move(complete, target, StandardCopyOption.ATOMIC_MOVE);
    }
}
