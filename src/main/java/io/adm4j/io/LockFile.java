package io.adm4j.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A lock held through a file; the operating system releases it when the process ends. */
public final class LockFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private LockFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock, creating the file if it does not exist.
     *
     * @return empty if another process, or another caller in this one, holds it
     * @throws IOException if the file cannot be created or opened
     */
    public static Optional<LockFile> take(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (locked(channel)) {
            return Optional.of(new LockFile(file, channel));
        }
        channel.close();
        return Optional.empty();
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException sameProcess) {
            return false;
        }
    }

    /** The contents of the locked file, for reading and writing while the lock is held. */
    public FileChannel channel() {
        return channel;
    }

    /**
     * Releases the lock; the file stays.
     *
     * @throws UncheckedIOException if that fails
     */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The lock " + file + " could not be released.", e);
        }
    }
}
