package io.adm4j.bundle;

import com.fasterxml.jackson.databind.node.TextNode;
import io.adm4j.io.DiskSpace;
import io.adm4j.io.FileTree;
import io.adm4j.io.OwnFiles;
import io.adm4j.runtime.GraphContent;
import io.adm4j.runtime.GraphSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A graph of a bundle. What runs is what was compared with the checksums of the manifest, whatever happens to the files:
 * up to {@link GraphSource#LARGEST_IN_MEMORY} bytes are checked while they are read into memory and run from there. Larger
 * graphs and external data would be in memory twice then, since ONNX Runtime makes its own form of the weights; it maps
 * them from files, which are those of the bundle if only this user can change them, else copies that are checked while they
 * are written to a folder of this user's, and removed once loaded.
 */
record CheckedGraph(ModelBundle bundle, String graph) implements GraphSource {
    @Override
    public String name() {
        return bundle.folder().resolve(graph).toString();
    }

    /** External data are the files whose names begin with the graph's. */
    @Override
    public long bytes() {
        return bundle.manifest().files().entrySet().stream()
                .filter(file -> file.getKey().startsWith(graph))
                .mapToLong(file -> file.getValue().bytes())
                .sum();
    }

    @Override
    public GraphContent open() {
        BundleFile file = bundle.file(graph);
        Path place = file.path();
        try {
            if (file.expected().bytes() > LARGEST_IN_MEMORY) {
                return openInFile(file);
            }
            ByteBuffer bytes = file.read();
            List<BundleFile> weights = weights(ExternalData.locations(place.toString(), bytes));
            if (weights.isEmpty()) {
                return GraphContent.inMemory(bytes, place, () -> {});
            }
            if (areOwn(weights)) {
                weights.forEach(BundleFile::verify);
                return GraphContent.inMemory(bytes, place.toRealPath(), () -> {});
            }
            Path copies = copies(weights);
            return GraphContent.inMemory(bytes, copies.resolve(graph), () -> remove(copies));
        } catch (IOException e) {
            throw new BundleException(place + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private GraphContent openInFile(BundleFile file) throws IOException {
        if (areOwn(List.of(file))) {
            file.verify();
            List<BundleFile> weights = weights(ExternalData.locations(file.path()));
            if (areOwn(weights)) {
                weights.forEach(BundleFile::verify);
                return GraphContent.inFile(file.path().toRealPath(), () -> {});
            }
        }
        Path copies = copies(List.of(file));
        try {
            Path copy = copies.resolve(graph);
            copyInto(copies, weights(ExternalData.locations(copy)));
            return GraphContent.inFile(copy, () -> remove(copies));
        } catch (IOException | BundleException e) {
            remove(copies);
            throw e;
        }
    }

    /**
     * Checks all files that a session of this graph reads.
     *
     * @throws BundleException if one is damaged, or the graph takes weights from a file that the manifest does not list
     */
    void verify() {
        BundleFile file = bundle.file(graph);
        file.verify();
        try {
            weights(ExternalData.locations(file.path())).forEach(BundleFile::verify);
        } catch (IOException e) {
            throw new BundleException(file.path() + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** ONNX Runtime opens whatever file a graph names; only those that the manifest lists may be. */
    private List<BundleFile> weights(Set<String> locations) {
        for (String location : locations) {
            if (!bundle.has(location)) {
                throw new BundleException(
                        "The bundle " + bundle.folder() + " cannot be trusted: " + graph + " takes weights from "
                                + new TextNode(location) + ", which " + ModelBundle.MANIFEST
                                + " does not list; fetch or export it again.");
            }
        }
        return locations.stream().map(bundle::file).toList();
    }

    private static boolean areOwn(List<BundleFile> files) throws IOException {
        if (files.isEmpty()) {
            return true;
        }
        OwnFiles own = OwnFiles.ofThisUser();
        return files.stream().allMatch(file -> own.has(file.path()));
    }

    private static Path copies(List<BundleFile> files) throws IOException {
        Path folder = Files.createTempDirectory("adm4j-weights").toRealPath();
        try {
            copyInto(folder, files);
            return folder;
        } catch (BundleException e) {
            remove(folder);
            throw e;
        }
    }

    private static void copyInto(Path folder, List<BundleFile> files) {
        long bytes = files.stream().mapToLong(f -> f.expected().bytes()).sum();
        if (bytes > 0) {
            new DiskSpace(folder)
                    .require(
                            "A copy of weights that others can change",
                            bytes,
                            "name another folder with -Djava.io.tmpdir=FOLDER, or let only this user write to the bundle");
        }
        files.forEach(file -> file.copyTo(folder.resolve(file.name())));
    }

    private static void remove(Path folder) {
        try {
            FileTree.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The folder " + folder + " could not be removed.", e);
        }
    }
}
