package io.adm4j.spark;

import io.adm4j.io.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder on the local disk for one piece of work; deleted with all in it.
 *
 * @param path of the folder
 */
record ScratchFolder(Path path) implements AutoCloseable {
    /** A new folder, in that of this process. */
    static ScratchFolder make(String name) {
        try {
            return new ScratchFolder(Files.createTempDirectory(ExecutorState.folder(), name + "-"));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void close() {
        try {
            FileTree.delete(path);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static UncheckedIOException failure(IOException e) {
        return new UncheckedIOException("The local disk of " + ExecutorState.name() + " could not be used.", e);
    }
}
