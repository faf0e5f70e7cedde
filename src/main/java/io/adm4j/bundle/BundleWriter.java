package io.adm4j.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.FileTree;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a bundle so that it is there either whole or not at all: its files are gathered in a folder beside the target,
 * which takes the target's name at the end. An older bundle of that name is replaced.
 *
 * <pre>{@code
 * try (BundleWriter writer = BundleWriter.create(folder)) {
 *     Files.write(writer.file(ModelBundle.DENOISER), graph);
 *     ModelBundle bundle = writer.finish(manifest);
 * }
 * }</pre>
 */
public final class BundleWriter implements AutoCloseable {
    private final Path target;
    private final Path gathering;
    private boolean finished;

    private BundleWriter(Path target, Path gathering) {
        this.target = target;
        this.gathering = gathering;
    }

    /**
     * Starts a bundle.
     *
     * @param target its folder; must be absent, empty or a bundle
     * @throws BundleException if the target holds something else or cannot be written
     */
    public static BundleWriter create(Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        try {
            if (Files.exists(absolute) && !replaceable(absolute)) {
                throw new BundleException(
                        target + " is there already and is no model bundle; give another folder or remove it.");
            }
            Files.createDirectories(absolute.getParent());
            Path gathering = beside(absolute, "part");
            Files.createDirectory(gathering);
            return new BundleWriter(absolute, gathering);
        } catch (IOException e) {
            throw new BundleException("The bundle " + target + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    private static boolean replaceable(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        if (Files.isRegularFile(folder.resolve(ModelBundle.MANIFEST))) {
            return true;
        }
        try (Stream<Path> contents = Files.list(folder)) {
            return contents.findAny().isEmpty();
        }
    }

    /**
     * Where to write a file of the bundle; files beside it (external data of a graph) may be written too and are listed
     * as well.
     *
     * @param name without a path: letters, digits, dot, hyphen, underscore
     */
    public Path file(String name) {
        if (!Manifest.plainName(name) || name.equals(ModelBundle.MANIFEST)) {
            throw new IllegalArgumentException("'" + name + "' cannot be the name of a file in a bundle.");
        }
        return gathering.resolve(name);
    }

    /**
     * Ends the bundle: adds lengths and checksums, writes the manifest and moves the bundle to its place.
     *
     * @throws BundleException if it cannot be written
     */
    public ModelBundle finish(Manifest description) {
        try {
            Map<String, Manifest.FileEntry> files = new TreeMap<>();
            for (Path file : contents()) {
                String name = file.getFileName().toString();
                // Names in a manifest must be readable again.
                file(name);
                files.put(name, new Manifest.FileEntry(Sha256.of(file), Files.size(file)));
            }
            byte[] json = new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsBytes(description.withFiles(files).toJson());
            Files.write(gathering.resolve(ModelBundle.MANIFEST), json);
            putInPlace();
        } catch (IOException e) {
            throw new BundleException("The bundle " + target + " could not be written: " + e.getMessage() + ".", e);
        }
        ModelBundle bundle = ModelBundle.load(target);
        bundle.verify();
        return bundle;
    }

    private void putInPlace() throws IOException {
        Path old = null;
        if (Files.exists(target)) {
            old = beside(target, "old");
            AtomicFile.rename(target, old);
        }
        AtomicFile.rename(gathering, target);
        finished = true;
        if (old != null) {
            FileTree.delete(old);
        }
    }

    /** A new hidden name; unlike temporary folders, one made under it gets the usual permissions. */
    private static Path beside(Path target, String purpose) {
        return target.resolveSibling("." + target.getFileName() + "-" + UUID.randomUUID() + "-" + purpose);
    }

    private List<Path> contents() throws IOException {
        try (Stream<Path> files = Files.list(gathering)) {
            return files.sorted().toList();
        }
    }

    /** Drops what was gathered, unless the bundle was finished. */
    @Override
    public void close() {
        if (finished) {
            return;
        }
        finished = true;
        try {
            FileTree.delete(gathering);
        } catch (IOException e) {
            throw new BundleException(gathering + " could not be removed: " + e.getMessage() + ".", e);
        }
    }
}
