package io.adm4j.bundle;

import io.adm4j.io.Sha256;
import io.adm4j.runtime.GraphSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A folder with {@code model.json} and the ONNX graphs that it lists. Its files are compared with their checksums when they are read, by
 * whoever reads them, so that files that are not needed take no time.
 *
 * <p>The graphs: {@value #DENOISER}, {@value #CLASSIFIER}, {@value #CLASSIFIER_GRADIENT} and {@value #FEATURES}; a bundle
 * need not have them all.
 */
public final class ModelBundle {
    /** Name of the manifest. */
    public static final String MANIFEST = "model.json";
    /** {@code x, t[, y] -> out}. */
    public static final String DENOISER = "denoiser.onnx";
    /** {@code x, t[, y], v -> out, vjp}. */
    public static final String DENOISER_VJP = "denoiser-vjp.onnx";
    /** {@code x, t -> logits}. */
    public static final String CLASSIFIER = "classifier.onnx";
    /** {@code x, t, y -> log_prob, grad}. */
    public static final String CLASSIFIER_GRADIENT = "classifier-gradient.onnx";
    /** {@code x -> features, logits}. */
    public static final String FEATURES = "features.onnx";

    private final Path folder;
    private final Manifest manifest;
    private final String digest;

    private ModelBundle(Path folder, Manifest manifest, String digest) {
        this.folder = folder;
        this.manifest = manifest;
        this.digest = digest;
    }

    /**
     * Loads a bundle, whoever made it.
     *
     * @throws BundleException if there is no bundle, or it is of another format version
     */
    public static ModelBundle load(Path folder) {
        return load(folder, Optional.empty());
    }

    /**
     * Loads a bundle: its manifest, and the lengths of its files. Each file is compared with its checksum when it is read.
     *
     * @param key that the manifest must be signed with; none to accept any bundle
     * @throws BundleException if there is no bundle, it is of another format version, or not signed with the key
     */
    public static ModelBundle load(Path folder, Optional<BundleKey> key) {
        Path file = folder.resolve(MANIFEST);
        if (!Files.isRegularFile(file)) {
            throw new BundleException(folder + " is no model bundle: it has no " + MANIFEST + ".");
        }
        byte[] json = manifest(file);
        key.ifPresent(k -> k.check(folder, json));
        ModelBundle bundle = new ModelBundle(folder, Manifest.parse(json, file.toString()), Sha256.of(json));
        bundle.files().forEach(BundleFile::requireLength);
        return bundle;
    }

    private static byte[] manifest(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] json = in.readNBytes(Manifest.MOST_BYTES + 1);
            if (json.length > Manifest.MOST_BYTES) {
                throw new BundleException(
                        file + " has more than " + Manifest.MOST_BYTES + " bytes, so it is no bundle's.");
            }
            return json;
        } catch (IOException e) {
            throw new BundleException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Compares all files with their checksums.
     *
     * @throws BundleException if one is damaged, or a graph takes weights from a file that the manifest does not list
     */
    public void verify() {
        for (BundleFile file : files()) {
            verify(file.name());
        }
    }

    private void verify(String name) {
        if (name.endsWith(".onnx")) {
            new CheckedGraph(this, name).verify();
        } else {
            file(name).verify();
        }
    }

    private List<BundleFile> files() {
        return manifest.files().keySet().stream().map(this::file).toList();
    }

    public Path folder() {
        return folder;
    }

    public Manifest manifest() {
        return manifest;
    }

    /** SHA-256 of {@value #MANIFEST}, which has the checksums of all files: it identifies the bundle. */
    public String digest() {
        return digest;
    }

    /** Whether the bundle has a file of this name. */
    public boolean has(String name) {
        return manifest.files().containsKey(name);
    }

    /**
     * A graph of the bundle, which is checked whenever a session reads it.
     *
     * @throws BundleException if the bundle has no such file
     */
    public GraphSource graph(String name) {
        require(name);
        return new CheckedGraph(this, name);
    }

    /**
     * The path of a file of the bundle, which is checked now; a graph with its external data.
     *
     * @throws BundleException if the bundle has no such file, or it is damaged
     */
    public Path path(String name) {
        require(name);
        verify(name);
        return folder.resolve(name);
    }

    BundleFile file(String name) {
        return new BundleFile(
                folder, name, Objects.requireNonNull(manifest.files().get(name)));
    }

    private void require(String name) {
        if (!has(name)) {
            throw new BundleException("The bundle " + folder + " has no " + name + "; it has "
                    + manifest.files().keySet() + ".");
        }
    }
}
