package io.adm4j.harness.zoo;

import java.net.URI;
import java.nio.file.Path;

/** Where the bytes of a file come from. */
sealed interface FileSource {

    /** A web server. */
    record Web(URI address) implements FileSource {
        @Override
        public String toString() {
            return address.toString();
        }
    }

    /** A local file. */
    record Local(Path file) implements FileSource {
        @Override
        public String toString() {
            return file.toAbsolutePath().normalize().toUri().toString();
        }
    }
}
