package io.adm4j.bundle.source;

import io.adm4j.bundle.BundleException;
import io.adm4j.bundle.BundleKey;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.fetch.Advice;
import io.adm4j.fetch.Downloader;
import io.adm4j.io.DiskSpace;
import io.adm4j.io.HashedFile;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Opens bundles wherever they are: a folder, a {@code .zip}, {@code https://host/bundle.zip#sha256=...}, {@code
 * s3://bucket/bundle.zip} or {@code s3://bucket/folder/}, the latter two with or without {@code #sha256=...}.
 *
 * <p>The hash is that of the archive, or of {@code model.json} for a folder in an object store. What is not a folder is checked
 * and kept in a cache folder, from which it is taken the next time without asking where it came from, if there is a hash.
 */
public final class BundleSource {
    private static final Advice ADVICE =
            new Advice("give another", "set adm4j.cache to another folder", "the next start");
    private static final String ARCHIVE = ".zip";
    private static final int LONGEST_SIGNATURE = 1024;

    private final Optional<Path> cache;
    private final Downloader.Patience patience;
    private final Optional<BundleKey> key;
    private final Optional<ObjectStore> store;

    /**
     * @param cache folder to keep bundles in; by default in the user's cache folder
     * @param patience with web servers; its longest time is that for other processes, too
     * @param key that bundles must be signed with, if any
     * @param store for addresses that begin with {@code s3:}, where there is a client
     */
    public BundleSource(
            Optional<Path> cache, Downloader.Patience patience, Optional<BundleKey> key, Optional<ObjectStore> store) {
        this.cache = cache;
        this.patience = patience;
        this.key = key;
        this.store = store;
    }

    /** Whether a location is that of a folder, or of nothing: neither an address nor an existing file. */
    public static boolean isFolder(String location) {
        return !isAddress(location) && !Files.isRegularFile(Path.of(location.strip()));
    }

    private static boolean isAddress(String location) {
        return location.strip().toLowerCase(Locale.ROOT).matches("(https?|s3)://.*");
    }

    /**
     * Opens a bundle.
     *
     * @throws BundleException if it cannot be fetched, or is damaged, no bundle, or not signed with the key
     * @throws io.adm4j.feedback.UserError if the cache folder cannot be written
     */
    public ModelBundle open(String location) {
        String text = location.strip();
        try {
            if (isAddress(text)) {
                BundleAddress address = BundleAddress.parse(text);
                return ModelBundle.load(address.isWeb() ? fromWeb(address) : fromStore(address), key);
            }
            Path path = Path.of(text);
            return ModelBundle.load(Files.isRegularFile(path) ? fromZip(path) : path, key);
        } catch (IOException e) {
            throw new BundleException("The bundle could not be kept: " + e.getMessage() + ".", e);
        }
    }

    private BundleCache cache() {
        return BundleCache.open(cache, patience.longest());
    }

    private Path fromZip(Path file) throws IOException {
        try (BundleZip zip = BundleZip.open(file, file.toString())) {
            return cache().get("model-" + zip.digest(), zip::unpack);
        }
    }

    private Path fromWeb(BundleAddress address) throws IOException {
        String hash = address.hash()
                .orElseThrow(() -> new BundleException("The bundle " + address + " needs the checksum of its archive:"
                        + " end the address with #sha256= and what sha256sum prints."));
        BundleCache kept = cache();
        String entry = "sha256-" + hash;
        return kept.get(entry, folder -> {
            Path archive = kept.beside(entry, ARCHIVE);
            download(address.uri(), archive);
            unpack(archive, HashedFile.of(archive), address, folder);
        });
    }

    private void download(URI uri, Path archive) {
        Downloader downloader = new Downloader(patience, ADVICE, ProgressListener.silent());
        try {
            downloader.download(uri, archive, 1);
        } catch (Downloader.NotThere e) {
            throw new BundleException(String.valueOf(e.getMessage()), e);
        } catch (Downloader.Unreachable e) {
            throw new BundleException(
                    "The bundle could not be fetched from " + uri.getHost() + ": " + e.getMessage() + ".", e);
        }
    }

    private static void unpack(Path archive, HashedFile found, BundleAddress address, Path folder) throws IOException {
        try {
            if (address.hash().isPresent() && !address.hash().get().equals(found.sha256())) {
                throw new BundleException("The bundle " + address + " cannot be trusted: its SHA-256 is "
                        + found.sha256() + ", not the one at the end of the address.");
            }
            try (BundleZip zip = BundleZip.open(archive, "The bundle " + address)) {
                zip.unpack(folder);
            }
        } finally {
            Files.delete(archive);
        }
    }

    private Path fromStore(BundleAddress address) throws IOException {
        ObjectStore objects = store.orElseThrow(() -> new BundleException("The bundle " + address
                + " is in an object store, which only the function can read: copy it to a folder first."));
        try {
            return address.key().endsWith(ARCHIVE) ? archive(objects, address) : folder(objects, address);
        } catch (ObjectStoreException e) {
            throw new BundleException("The bundle " + address + " could not be fetched: " + e.getMessage() + ".", e);
        }
    }

    private Path archive(ObjectStore objects, BundleAddress address) throws IOException {
        String entry;
        if (address.hash().isPresent()) {
            entry = "sha256-" + address.hash().get();
        } else {
            String version = asking(() -> objects.version(address.bucket(), address.key()))
                    .orElseThrow(() -> absent(address, address.key()));
            entry = "object-" + Sha256.of(address.bucket() + "\n" + address.key() + "\n" + version);
        }
        BundleCache kept = cache();
        return kept.get(entry, folder -> {
            Path archive = kept.beside(entry, ARCHIVE);
            Files.deleteIfExists(archive);
            try (InputStream in = open(objects, address, address.key())) {
                HashedFile found = HashedFile.copy(in, archive, Long.MAX_VALUE);
                unpack(archive, found, address, folder);
            } finally {
                Files.deleteIfExists(archive);
            }
        });
    }

    private Path folder(ObjectStore objects, BundleAddress address) throws IOException {
        String prefix = address.key().isEmpty() || address.key().endsWith("/") ? address.key() : address.key() + "/";
        String known = address.hash().orElse("");
        BundleCache kept = cache();
        if (!known.isEmpty()) {
            return kept.get("model-" + known, folder -> fill(objects, address, prefix, folder));
        }
        byte[] manifest = small(objects, address, prefix + ModelBundle.MANIFEST, Manifest.MOST_BYTES);
        return kept.get("model-" + Sha256.of(manifest), folder -> fill(objects, address, prefix, manifest, folder));
    }

    private void fill(ObjectStore objects, BundleAddress address, String prefix, Path folder) throws IOException {
        byte[] manifest = small(objects, address, prefix + ModelBundle.MANIFEST, Manifest.MOST_BYTES);
        if (!Sha256.of(manifest).equals(address.hash().orElse(""))) {
            throw new BundleException("The bundle " + address + " cannot be trusted: the SHA-256 of its "
                    + ModelBundle.MANIFEST + " is " + Sha256.of(manifest) + ", not the one at the end of the address.");
        }
        fill(objects, address, prefix, manifest, folder);
    }

    private void fill(ObjectStore objects, BundleAddress address, String prefix, byte[] manifest, Path folder)
            throws IOException {
        String what = "The bundle " + address;
        Manifest described = Manifest.parse(manifest, what);
        new DiskSpace(folder).require(what, FileSum.of(described, what), "set adm4j.cache to another disk");
        for (Map.Entry<String, Manifest.FileEntry> listed : described.files().entrySet()) {
            HashedFile found;
            try (InputStream in = open(objects, address, prefix + listed.getKey())) {
                found = HashedFile.copy(
                        in, folder.resolve(listed.getKey()), listed.getValue().bytes());
            }
            if (!found.equals(
                    new HashedFile(listed.getValue().bytes(), listed.getValue().sha256()))) {
                throw new BundleException(what + " is damaged: its " + listed.getKey() + " is not the one that "
                        + ModelBundle.MANIFEST + " lists.");
            }
        }
        Optional<InputStream> signature = asking(() -> objects.read(address.bucket(), prefix + BundleKey.SIGNATURE));
        if (signature.isPresent()) {
            try (InputStream in = limited(signature.get())) {
                Files.write(folder.resolve(BundleKey.SIGNATURE), in.readNBytes(LONGEST_SIGNATURE));
            }
        }
        Files.write(folder.resolve(ModelBundle.MANIFEST), manifest);
    }

    private byte[] small(ObjectStore objects, BundleAddress address, String key, int most) throws IOException {
        try (InputStream in = open(objects, address, key)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new BundleException("The bundle " + address + " is none: its " + ModelBundle.MANIFEST
                        + " has more than " + most + " bytes.");
            }
            return bytes;
        }
    }

    private InputStream open(ObjectStore objects, BundleAddress address, String key) throws ObjectStoreException {
        return limited(asking(() -> objects.read(address.bucket(), key)).orElseThrow(() -> absent(address, key)));
    }

    private static BundleException absent(BundleAddress address, String key) {
        return new BundleException(
                "The bundle " + address + " is not there: the bucket " + address.bucket() + " has no " + key + ".");
    }

    /** Something to ask of a store. */
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws IOException;
    }

    private static <T> T asking(Question<T> question) throws ObjectStoreException {
        try {
            return question.ask();
        } catch (IOException e) {
            throw new ObjectStoreException(e);
        }
    }

    private InputStream limited(InputStream in) {
        return new ObjectStoreException.Stream(in, patience.longest());
    }
}
