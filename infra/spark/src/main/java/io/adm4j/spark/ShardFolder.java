package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finished batches of a job in a folder, as npz files in the published layout ({@code arr_0} images, {@code arr_1} labels). A
 * batch that is there is whole, so a job that is run again goes on with the others.
 */
final class ShardFolder implements Serializable {
    private static final long serialVersionUID = 1L;

    private final RemoteFolder folder;

    private ShardFolder(RemoteFolder folder) {
        this.folder = folder;
    }

    /**
     * Opens the folder of a job.
     *
     * @param settings everything that determines the images, as JSON
     * @throws UserError if it holds batches of other settings, or other files, or cannot be written
     */
    static ShardFolder open(RemoteFolder folder, String settings) {
        List<String> names = folder.names();
        if (!names.isEmpty() && !names.contains(SettingsNote.NAME)) {
            throw new UserError(
                    folder.address() + " holds other files, such as " + names.get(0) + ": choose another --out.");
        }
        SettingsNote.agree(folder, settings, "images of");
        return new ShardFolder(folder);
    }

    /** The first images of all batches, in order. */
    static List<Integer> batches(int count, int batchSize) {
        return IntStream.iterate(0, first -> first < count, first -> first + batchSize)
                .boxed()
                .toList();
    }

    /** The first images of the batches that are not there yet, in order. */
    List<Integer> missing(int count, int batchSize) {
        Set<String> there = Set.copyOf(folder.names());
        return batches(count, batchSize).stream()
                .filter(first -> !there.contains(SampleShards.fileName(first)))
                .toList();
    }

    /** Whether the batch that starts with this image is there. */
    boolean has(int first) {
        return folder.has(SampleShards.fileName(first));
    }

    /** Keeps the arrays of a finished batch. */
    void put(int first, Map<String, Tensor> arrays) {
        try {
            Path local = Files.createTempFile("adm4j-shard", ".npz");
            Npz.write(local, arrays);
            folder.put(SampleShards.fileName(first), local);
        } catch (IOException e) {
            throw new UncheckedIOException("The batch could not be kept on the local disk.", e);
        }
    }

    /** The arrays of a finished batch. */
    Map<String, Tensor> arrays(int first) {
        try (ScratchFolder scratch = ScratchFolder.make("shard")) {
            Path local = scratch.path().resolve(SampleShards.fileName(first));
            folder.get(SampleShards.fileName(first), local);
            return Npz.read(local);
        }
    }
}
