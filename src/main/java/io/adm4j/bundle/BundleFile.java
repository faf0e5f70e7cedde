package io.adm4j.bundle;

import io.adm4j.io.HashedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of a bundle, with what the manifest says of it. Whatever reads its bytes here checks them in the same pass.
 *
 * @param folder of the bundle
 */
record BundleFile(Path folder, String name, Manifest.FileEntry expected) {
    Path path() {
        return folder.resolve(name);
    }

    /**
     * Checks that the file is there with its length.
     *
     * @throws BundleException if not
     */
    void requireLength() {
        if (!Files.isRegularFile(path())) {
            throw new BundleException(
                    "The bundle " + folder + " lacks its file " + name + "; fetch or export it again.");
        }
        try {
            requireLength(Files.size(path()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * Reads the file.
     *
     * @return newly allocated direct memory
     * @throws BundleException if it cannot be read, or is not the file that the manifest lists
     */
    ByteBuffer read() {
        try {
            ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(expected.bytes()));
            check(HashedFile.read(path(), bytes));
            return bytes.flip();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * Reads the file to check it.
     *
     * @throws BundleException if it cannot be read, or is not the file that the manifest lists
     */
    void verify() {
        try {
            check(HashedFile.of(path()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * Copies the file.
     *
     * @param target does not exist yet
     * @throws BundleException if it cannot be read or copied, or is not the file that the manifest lists
     */
    void copyTo(Path target) {
        try {
            check(HashedFile.copy(path(), target));
        } catch (IOException e) {
            throw new BundleException(path() + " could not be copied to " + target + ": " + e.getMessage() + ".", e);
        }
    }

    private void check(HashedFile found) {
        requireLength(found.bytes());
        if (!found.sha256().equals(expected.sha256())) {
            throw new BundleException("The bundle " + folder + " is damaged: the checksum of " + name
                    + " is not the one in " + ModelBundle.MANIFEST + "; fetch or export it again.");
        }
    }

    private void requireLength(long bytes) {
        if (bytes != expected.bytes()) {
            throw new BundleException("The bundle " + folder + " is damaged: " + name + " has " + bytes
                    + " bytes instead of " + expected.bytes() + "; fetch or export it again.");
        }
    }

    private BundleException unreadable(IOException e) {
        return new BundleException(path() + " could not be read: " + e.getMessage() + ".", e);
    }
}
