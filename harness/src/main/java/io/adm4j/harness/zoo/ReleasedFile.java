package io.adm4j.harness.zoo;

import java.net.URI;
import java.util.Optional;

/**
 * A file that its publisher offers.
 *
 * @param address where the publisher has it
 * @param path the address's part below the publisher's folder, which mirrors may share
 * @param leastBytes its least length in bytes, so that an error page is not mistaken for it
 * @param sha256 its checksum, 64 lower-case hexadecimal digits, where the publisher gives it, at least its first digits
 */
public record ReleasedFile(URI address, String path, long leastBytes, Optional<String> sha256) {

    /** A file without a published checksum. */
    public ReleasedFile(URI address, String path, long leastBytes) {
        this(address, path, leastBytes, Optional.empty());
    }

    /** The file's name, without folders. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
