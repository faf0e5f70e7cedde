package io.adm4j.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.FileTree;
import io.adm4j.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Adds a file to a bundle that others may be reading: it is complete before {@value ModelBundle#MANIFEST} lists it. Processes that add
 * the same contents at the same time do no harm to each other.
 */
public final class BundleAddition {
    private BundleAddition() {}

    /**
     * Adds a file, unless the bundle has one of that name by then.
     *
     * @param name without a path
     * @param writer of the file; files beside it (external data of a graph) are added too
     * @return the bundle with the file
     * @throws BundleException if the bundle is signed, was replaced by another one, or cannot be written
     */
    public static ModelBundle add(ModelBundle bundle, String name, AtomicFile.Writer writer) {
        Path folder = bundle.folder();
        if (Files.exists(folder.resolve(BundleKey.SIGNATURE))) {
            throw new BundleException("The bundle " + folder + " is signed, so no file can be added to it.");
        }
        try {
            Path part = folder.resolve("." + name + "-" + UUID.randomUUID() + "-part");
            Files.createDirectory(part);
            try {
                writer.write(part.resolve(name));
                ModelBundle now = ModelBundle.load(folder);
                if (!now.has(name)) {
                    if (!now.digest().equals(bundle.digest())) {
                        throw new BundleException("The bundle " + folder + " was replaced by another one.");
                    }
                    list(now, part);
                }
            } finally {
                FileTree.delete(part);
            }
        } catch (IOException e) {
            throw new BundleException("The bundle " + folder + " cannot be written: " + e + ".", e);
        }
        return ModelBundle.load(folder);
    }

    private static void list(ModelBundle bundle, Path part) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Path manifest = bundle.folder().resolve(ModelBundle.MANIFEST);
        ObjectNode json = (ObjectNode) mapper.readTree(manifest.toFile());
        ObjectNode files = (ObjectNode) json.get("files");
        for (Path file : contents(part)) {
            String name = file.getFileName().toString();
            files.putObject(name).put("sha256", Sha256.of(file)).put("bytes", Files.size(file));
            AtomicFile.rename(file, bundle.folder().resolve(name));
        }
        Path changed = part.resolve(ModelBundle.MANIFEST);
        Files.write(changed, mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        AtomicFile.rename(changed, manifest);
    }

    private static List<Path> contents(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
