package io.adm4j.harness.sampling;

import io.adm4j.harness.UserError;
import io.adm4j.io.NpyRowWriter;
import io.adm4j.io.Npz;
import io.adm4j.io.NpzWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Finished batches of a sampling run on disk, beside the file that they will become, so that a run that was interrupted
 * goes on where it was.
 */
public final class SampleShards {
    private final Path out;
    private final Path folder;

    /**
     * @param settings everything that decides the pictures; a folder of other settings is not continued
     * @throws UserError if there are shards of other settings
     */
    public SampleShards(Path out, String settings) {
        this.out = out;
        this.folder = out.resolveSibling(out.getFileName() + ".parts");
        Path note = folder.resolve("settings.json");
        try {
            Files.createDirectories(folder);
            if (Files.exists(note) && Files.readString(note).equals(settings)) {
                return;
            }
            if (!shards().isEmpty()) {
                throw new UserError(folder + " holds batches of an interrupted run with other settings: give those again,"
                        + " choose another --out, or remove that folder.");
            }
            Files.writeString(note, settings);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + folder + ": " + e.getMessage() + ".", e);
        }
    }

    /** Whether the batch that starts with this picture is finished. */
    public boolean has(int first) {
        return Files.exists(shard(first));
    }

    /** The pictures of a finished batch. */
    public Tensor pictures(int first) {
        return Npz.read(shard(first)).get("arr_0");
    }

    /** Keeps a finished batch. */
    public void put(int first, Tensor pictures, int[] labels) {
        Path temporary = folder.resolve("writing");
        try (NpzWriter writer = NpzWriter.create(temporary)) {
            writer.write("arr_0", pictures);
            if (labels.length > 0) {
                Tensor longs = Tensor.zeros(ElementType.INT64, labels.length);
                for (int i = 0; i < labels.length; i++) {
                    longs.longs().put(i, labels[i]);
                }
                writer.write("arr_1", longs);
            }
        }
        try {
            Files.move(temporary, shard(first), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not keep a finished batch in " + folder + ".", e);
        }
    }

    /** Joins all batches into the file, as the published code writes samples: arr_0 pictures, arr_1 labels. */
    public void join(int count) {
        List<Path> shards = shards();
        Map<String, Tensor> first = Npz.read(shards.get(0));
        long[] shape = first.get("arr_0").shape();
        Path temporary = folder.resolve("joining");
        try {
            try (NpzWriter writer = NpzWriter.create(temporary)) {
                shape[0] = count;
                copy(shards, writer, "arr_0", ElementType.UINT8, shape);
                if (first.containsKey("arr_1")) {
                    copy(shards, writer, "arr_1", ElementType.INT64, new long[] {count});
                }
            }
            Files.move(temporary, out, StandardCopyOption.ATOMIC_MOVE);
            for (Path p : shards) {
                Files.delete(p);
            }
            Files.delete(folder.resolve("settings.json"));
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not write " + out + ".", e);
        }
    }

    private static void copy(List<Path> shards, NpzWriter writer, String name, ElementType type, long[] shape) {
        try (NpyRowWriter rows = writer.begin(name, type, shape)) {
            for (Path shard : shards) {
                rows.write(Npz.read(shard).get(name));
            }
        }
    }

    private List<Path> shards() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(p -> p.getFileName().toString().startsWith("shard-"))
                    .sorted(Comparator.comparing(p -> p.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not list " + folder + ".", e);
        }
    }

    private Path shard(int first) {
        return folder.resolve(String.format("shard-%09d.npz", first));
    }
}
