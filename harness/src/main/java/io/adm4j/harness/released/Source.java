package io.adm4j.harness.released;

import java.net.URI;
import java.nio.file.Path;

/** Where the bytes of a file come from. */
sealed interface Source {

    /** A web server. */
    record Web(URI address) implements Source {
        @Override
        public String toString() {
            return address.toString();
        }
    }

    /** A file that can be read here. */
    record Local(Path file) implements Source {
        @Override
        public String toString() {
            return file.toAbsolutePath().normalize().toUri().toString();
        }
    }
}
