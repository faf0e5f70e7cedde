package io.adm4j.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A file, or a folder with everything in it. */
public final class FileTree {
    private FileTree() {}

    /**
     * Deletes a file or a folder recursively, if it exists. Symbolic links are deleted, never followed.
     *
     * @throws IOException if something cannot be deleted; some of it may be gone then
     */
    public static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(root)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }

    /**
     * Waits until a file, or a folder with everything in it, is on the disk itself, so that a power failure does not lose
     * it.
     *
     * @throws IOException if the disk does not take it
     */
    public static void sync(Path root) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(root)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            if (Files.isDirectory(path)) {
                syncFolder(path);
            } else {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
    }

    /**
     * Waits until the names in a folder are on the disk itself, where the system can do that.
     *
     * @throws IOException if the disk does not take them
     */
    public static void syncFolder(Path folder) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(folder, StandardOpenOption.READ);
        } catch (IOException e) {
            // Windows opens no folders; its file systems keep names safe by themselves.
            return;
        }
        try (channel) {
            channel.force(true);
        }
    }
}
