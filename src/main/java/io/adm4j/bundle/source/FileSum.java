package io.adm4j.bundle.source;

import io.adm4j.bundle.BundleException;
import io.adm4j.bundle.Manifest;

/** Bytes of all files of a bundle. */
final class FileSum {
    private FileSum() {}

    /**
     * As the manifest lists them.
     *
     * @param what how messages name the bundle
     * @throws BundleException if that cannot be
     */
    static long of(Manifest manifest, String what) {
        long sum = 0;
        for (Manifest.FileEntry file : manifest.files().values()) {
            if (file.bytes() < 0 || file.bytes() > Long.MAX_VALUE - sum) {
                throw new BundleException(what + " cannot be trusted: no file has " + file.bytes() + " bytes.");
            }
            sum += file.bytes();
        }
        return sum;
    }
}
