package io.adm4j.bundle.source;

import io.adm4j.bundle.BundleException;
import io.adm4j.bundle.BundleKey;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.io.CheckedZip;
import io.adm4j.io.DiskSpace;
import io.adm4j.io.HashedFile;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A zip archive with a bundle, at its top or in a single folder; not trusted. Only the files that the manifest lists leave it,
 * under their plain names, with the lengths and checksums that it lists.
 */
final class BundleZip implements AutoCloseable {
    /** Weights hardly get smaller in an archive: what grows more than this is no model. */
    private static final long MOST_GROWTH = 100;

    private static final long ALWAYS_FINE = 1 << 20;
    private static final int LONGEST_SIGNATURE = 1024;

    /** How messages name the archive. */
    private final String what;

    private final Path file;
    private final ZipFile zip;
    private final String inner;
    private final byte[] manifest;

    private BundleZip(String what, Path file, ZipFile zip) throws IOException {
        this.what = what;
        this.file = file;
        this.zip = zip;
        this.inner = inner();
        this.manifest = read(inner + ModelBundle.MANIFEST, Manifest.MOST_BYTES);
    }

    /**
     * Opens an archive.
     *
     * @param what how messages name it
     * @throws BundleException if it is damaged, or no bundle
     */
    static BundleZip open(Path file, String what) {
        try {
            ZipFile zip = CheckedZip.open(file);
            try {
                return new BundleZip(what, file, zip);
            } catch (IOException | RuntimeException e) {
                zip.close();
                throw e;
            }
        } catch (IOException e) {
            throw new BundleException(what + " is no zip archive that can be read: " + e.getMessage() + ".", e);
        }
    }

    /** The folder within the archive in which the bundle is, with a slash at its end; empty for its top. */
    private String inner() {
        List<String> names =
                Collections.list(zip.entries()).stream().map(ZipEntry::getName).toList();
        for (String name : names) {
            if (name.startsWith("/")
                    || name.contains("\\")
                    || List.of(name.split("/")).contains("..")) {
                throw new BundleException(what + " cannot be trusted: it has a file that would leave its folder.");
            }
        }
        List<String> manifests = names.stream()
                .filter(name -> name.equals(ModelBundle.MANIFEST)
                        || name.endsWith("/" + ModelBundle.MANIFEST) && name.indexOf('/') == name.lastIndexOf('/'))
                .sorted()
                .toList();
        if (manifests.contains(ModelBundle.MANIFEST)) {
            return "";
        }
        if (manifests.size() != 1) {
            throw new BundleException(what + " is no bundle: it has "
                    + (manifests.isEmpty() ? "no " : "more than one ")
                    + ModelBundle.MANIFEST + ".");
        }
        return manifests.get(0).substring(0, manifests.get(0).indexOf('/') + 1);
    }

    /** SHA-256 of the manifest. */
    String digest() {
        return Sha256.of(manifest);
    }

    /**
     * Unpacks the bundle.
     *
     * @param folder exists and is empty
     * @throws BundleException if it is not what its manifest says
     */
    void unpack(Path folder) throws IOException {
        Manifest described = Manifest.parse(manifest, what);
        requireSize(described, folder);
        for (Map.Entry<String, Manifest.FileEntry> listed : described.files().entrySet()) {
            unpack(listed.getKey(), listed.getValue(), folder);
        }
        if (zip.getEntry(inner + BundleKey.SIGNATURE) != null) {
            Files.write(folder.resolve(BundleKey.SIGNATURE), read(inner + BundleKey.SIGNATURE, LONGEST_SIGNATURE));
        }
        Files.write(folder.resolve(ModelBundle.MANIFEST), manifest);
    }

    private void requireSize(Manifest described, Path folder) throws IOException {
        long bytes = FileSum.of(described, what);
        if (bytes > ALWAYS_FINE && bytes / MOST_GROWTH > Files.size(file)) {
            throw new BundleException(what + " cannot be trusted: its files are more than " + MOST_GROWTH
                    + " times as large as the archive.");
        }
        new DiskSpace(folder).require(what, bytes, "set adm4j.cache to another disk");
    }

    private void unpack(String name, Manifest.FileEntry listed, Path folder) throws IOException {
        ZipEntry entry = zip.getEntry(inner + name);
        if (entry == null) {
            throw new BundleException(what + " is no complete bundle: it lacks " + name + ".");
        }
        HashedFile found;
        try (InputStream in = zip.getInputStream(entry)) {
            found = HashedFile.copy(in, folder.resolve(name), listed.bytes());
        }
        if (found.bytes() != listed.bytes() || !found.sha256().equals(listed.sha256())) {
            throw new BundleException(
                    what + " is damaged: its " + name + " is not the one that " + ModelBundle.MANIFEST + " lists.");
        }
    }

    private byte[] read(String name, int most) throws IOException {
        try (InputStream in = zip.getInputStream(zip.getEntry(name))) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new BundleException(what + " is no bundle: its " + name + " has more than " + most + " bytes.");
            }
            return bytes;
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
