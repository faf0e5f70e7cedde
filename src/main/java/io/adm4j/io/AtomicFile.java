package io.adm4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are there either whole or not at all, whenever the process dies. */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes a file. */
    @FunctionalInterface
    public interface Writer {
        void write(Path file) throws IOException;
    }

    /**
     * Writes a file under another name beside it, then gives it its name, in place of an older one.
     *
     * @param writer given the other name
     */
    public static void write(Path target, Writer writer) throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        writer.write(part);
        rename(part, target);
    }

    /** Writes a text file in UTF-8. */
    public static void writeString(Path target, String text) throws IOException {
        write(target, part -> Files.writeString(part, text));
    }

    /** Gives a whole file or folder on the same disk its name; an older file goes, an older folder must be gone. */
    public static void rename(Path whole, Path target) throws IOException {
        Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
    }
}
