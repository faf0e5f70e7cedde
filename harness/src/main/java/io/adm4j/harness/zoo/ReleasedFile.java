package io.adm4j.harness.zoo;

import java.net.URI;

/**
 * A file that its publisher offers.
 *
 * @param address where the publisher has it
 * @param path the address's part below the publisher's folder, which mirrors may share
 * @param leastBytes its least length in bytes, so that an error page is not mistaken for it
 */
public record ReleasedFile(URI address, String path, long leastBytes) {

    /** The file's name, without folders. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
