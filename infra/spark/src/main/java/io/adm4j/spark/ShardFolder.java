package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.SettingsDifference;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finished batches of a job in a folder, as npz files in the published layout ({@code arr_0} images, {@code arr_1} labels). A
 * batch that is there is whole, so a job that is run again goes on with the others.
 */
final class ShardFolder implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String SETTINGS = "settings.json";

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
        if (names.contains(SETTINGS)) {
            String then = folder.text(SETTINGS);
            if (!then.equals(settings)) {
                throw new UserError(folder.address() + " holds images of other settings"
                        + SettingsDifference.between(then, settings)
                        + ": use those settings, choose another --out, or remove the folder.");
            }
        } else if (!names.isEmpty()) {
            throw new UserError(
                    folder.address() + " holds other files, such as " + names.get(0) + ": choose another --out.");
        } else {
            folder.putText(SETTINGS, settings);
        }
        return new ShardFolder(folder);
    }

    /** The first images of the batches that are not there yet, in order. */
    List<Integer> missing(int count, int batchSize) {
        List<String> there = folder.names();
        List<Integer> missing = new ArrayList<>();
        for (int first = 0; first < count; first += batchSize) {
            if (!there.contains(name(first))) {
                missing.add(first);
            }
        }
        return missing;
    }

    /** Whether the batch that starts with this image is there. */
    boolean has(int first) {
        return folder.has(name(first));
    }

    /** Keeps the arrays of a finished batch. */
    void put(int first, Map<String, Tensor> arrays) {
        try {
            Path local = Files.createTempFile("adm4j-shard", ".npz");
            Npz.write(local, arrays);
            folder.put(name(first), local);
        } catch (IOException e) {
            throw new UncheckedIOException("The batch could not be kept on the local disk.", e);
        }
    }

    /** The arrays of a finished batch. */
    Map<String, Tensor> arrays(int first) {
        try {
            Path local = Files.createTempDirectory("adm4j-shard").resolve(name(first));
            try {
                folder.get(name(first), local);
                return Npz.read(local);
            } finally {
                Files.deleteIfExists(local);
                Files.delete(local.getParent());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The batch could not be read over the local disk.", e);
        }
    }

    private static String name(int first) {
        return String.format(Locale.ROOT, "shard-%09d.npz", first);
    }
}
