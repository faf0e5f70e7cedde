package io.adm4j.function.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The folder for temporary files, to which ONNX Runtime unpacks its library. */
final class TemporaryFolder {
    private TemporaryFolder() {}

    /** What keeps a file from being written there, as one sentence. */
    static Optional<String> problem(Path folder) {
        try {
            Files.delete(Files.createTempFile(folder, "adm4j", null));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("The folder for temporary files, " + folder
                    + ", cannot be written: mount a writable one there, or set -Djava.io.tmpdir to another one.");
        }
    }
}
