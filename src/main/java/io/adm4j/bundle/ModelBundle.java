package io.adm4j.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A folder with {@code model.json} and the ONNX graphs that it lists, verified when it is loaded.
 *
 * <p>The graphs: {@value #DENOISER}, {@value #CLASSIFIER}, {@value #CLASSIFIER_GRADIENT} and {@value #FEATURES}; a bundle
 * need not have them all.
 */
public final class ModelBundle {
    /** Name of the manifest. */
    public static final String MANIFEST = "model.json";
    /** {@code x, t[, y] -> out}. */
    public static final String DENOISER = "denoiser.onnx";
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
     * Loads a bundle and verifies the length and checksum of each of its files, and that its graphs take weights from no
     * other files.
     *
     * @throws BundleException if there is no bundle, it is damaged, of another format version, or reaches beyond its folder
     */
    public static ModelBundle load(Path folder) {
        Path file = folder.resolve(MANIFEST);
        if (!Files.isRegularFile(file)) {
            throw new BundleException(folder + " is no model bundle: it has no " + MANIFEST + ".");
        }
        Manifest manifest;
        String digest;
        try {
            byte[] json = Files.readAllBytes(file);
            digest = Sha256.of(json);
            manifest = Manifest.fromJson(new ObjectMapper().readTree(json), file.toString());
        } catch (JsonProcessingException e) {
            throw new BundleException(
                    file + " is not readable JSON (line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr())
                            + "); fetch or export the bundle again.",
                    e);
        } catch (IOException e) {
            throw new BundleException(file + " could not be read: " + e.getMessage() + ".", e);
        }
        for (Map.Entry<String, Manifest.FileEntry> entry : manifest.files().entrySet()) {
            verify(folder, entry.getKey(), entry.getValue());
        }
        for (String name : manifest.files().keySet()) {
            if (name.endsWith(".onnx")) {
                verifyExternalData(folder, name, manifest);
            }
        }
        return new ModelBundle(folder, manifest, digest);
    }

    private static void verify(Path folder, String name, Manifest.FileEntry expected) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new BundleException(
                    "The bundle " + folder + " lacks its file " + name + "; fetch or export it again.");
        }
        try {
            long bytes = Files.size(file);
            if (bytes != expected.bytes()) {
                throw new BundleException("The bundle " + folder + " is damaged: " + name + " has " + bytes
                        + " bytes instead of " + expected.bytes() + "; fetch or export it again.");
            }
            if (!Sha256.of(file).equals(expected.sha256())) {
                throw new BundleException("The bundle " + folder + " is damaged: the checksum of " + name
                        + " is not the one in " + MANIFEST + "; fetch or export it again.");
            }
        } catch (IOException e) {
            throw new BundleException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** ONNX Runtime opens whatever file a graph names; only those that were verified may be. */
    private static void verifyExternalData(Path folder, String graph, Manifest manifest) {
        try {
            for (String location : ExternalData.locations(folder.resolve(graph))) {
                if (!manifest.files().containsKey(location)) {
                    throw new BundleException(
                            "The bundle " + folder + " cannot be trusted: " + graph + " takes weights from "
                                    + new TextNode(location) + ", which " + MANIFEST
                                    + " does not list; fetch or export it again.");
                }
            }
        } catch (IOException e) {
            throw new BundleException(folder.resolve(graph) + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    public Path folder() {
        return folder;
    }

    public Manifest manifest() {
        return manifest;
    }

    /** SHA-256 of {@value #MANIFEST}, which lists the checksums of all files: two bundles with one digest are the same. */
    public String digest() {
        return digest;
    }

    /** Whether the bundle has a file of this name. */
    public boolean has(String name) {
        return manifest.files().containsKey(name);
    }

    /**
     * The path of a file of the bundle.
     *
     * @throws BundleException if the bundle has no such file
     */
    public Path path(String name) {
        if (!has(name)) {
            throw new BundleException("The bundle " + folder + " has no " + name + "; it has "
                    + manifest.files().keySet() + ".");
        }
        return folder.resolve(name);
    }
}
