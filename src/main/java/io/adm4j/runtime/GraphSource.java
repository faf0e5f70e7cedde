package io.adm4j.runtime;

import java.nio.file.Path;

/**
 * Where sessions load a graph from. Each session reads it once, so that whoever checks it checks the bytes that run.
 *
 * <p>May be used from several threads at once.
 */
public interface GraphSource {
    /** Graphs of more bytes are loaded from their file: in memory they would be there twice while they are loaded. */
    int LARGEST_IN_MEMORY = 128 << 20;

    /** How messages name the graph. */
    String name();

    /**
     * Bytes of the graph and of its external data.
     *
     * @throws RuntimeFailure if they cannot be counted
     */
    long bytes();

    /**
     * Reads the graph for one session.
     *
     * @return to be closed when the session is loaded
     * @throws io.adm4j.feedback.UserError if it cannot be read, or is not what it should be
     */
    GraphContent open();

    /** A file that nobody checks; external data is expected in the same folder. */
    static GraphSource of(Path file) {
        return new UncheckedGraph(file);
    }
}
