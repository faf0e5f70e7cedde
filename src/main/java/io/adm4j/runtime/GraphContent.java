package io.adm4j.runtime;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/** A graph that is read for one session. */
public final class GraphContent implements AutoCloseable {
    private final Optional<ByteBuffer> bytes;
    private final Path file;
    private final Runnable release;

    private GraphContent(Optional<ByteBuffer> bytes, Path file, Runnable release) {
        this.bytes = bytes;
        this.file = file;
        this.release = release;
    }

    /**
     * A graph in memory.
     *
     * @param bytes in direct memory, from position to limit
     * @param file where it was; its external data, if it has any, is in the same folder
     * @param release runs when the session is loaded
     */
    public static GraphContent inMemory(ByteBuffer bytes, Path file, Runnable release) {
        return new GraphContent(Optional.of(bytes), file, release);
    }

    /**
     * A graph that is too large for memory.
     *
     * @param file the graph; its external data, if it has any, is in the same folder
     * @param release runs when the session is loaded
     */
    public static GraphContent inFile(Path file, Runnable release) {
        return new GraphContent(Optional.empty(), file, release);
    }

    Optional<ByteBuffer> bytes() {
        return bytes;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        release.run();
    }
}
