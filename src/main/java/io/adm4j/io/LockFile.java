package io.adm4j.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A file that one process holds; the system takes the lock back when the process dies. */
public final class LockFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private LockFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock, making the file if it is not there.
     *
     * @return empty if another process, or another part of this one, has it
     * @throws IOException if the file cannot be made
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

    /** The file's bytes, for whoever keeps something in it. */
    public FileChannel channel() {
        return channel;
    }

    /** Gives the lock back; the file stays. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The lock " + file + " was not given back.", e);
        }
    }
}
