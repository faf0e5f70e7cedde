package io.adm4j.harness.bench;

import io.adm4j.io.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary folder for the graphs. */
final class TemporaryFolder implements AutoCloseable {
    private final Path folder;

    TemporaryFolder() {
        try {
            folder = Files.createTempDirectory("adm4j-bench");
        } catch (IOException e) {
            throw new UncheckedIOException("No temporary folder could be created.", e);
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        try {
            FileTree.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The temporary folder " + folder + " could not be deleted.", e);
        }
    }
}
