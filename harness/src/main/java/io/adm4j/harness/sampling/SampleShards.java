package io.adm4j.harness.sampling;

import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.NpyRowWriter;
import io.adm4j.io.Npz;
import io.adm4j.io.NpzWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finished batches of a run on disk, so that an interrupted run resumes where it stopped, and several processes can share one. Each
 * batch and the note of the settings appear whole or not at all, whoever else writes to the folder.
 */
public final class SampleShards {
    private static final String SETTINGS = "settings.json";
    private static final String LAST_STAGE = "shard";
    private static final String SHARD = "[a-z]+-[0-9]{9,}\\.npz";

    /** What is left behind when a process is killed while it writes. */
    private static final String UNFINISHED = "(" + SHARD + "|settings\\.json)(\\.[0-9a-f-]{36})?(\\.part)?";

    private final Path folder;
    private final String settings;
    private final String stage;

    private SampleShards(Path folder, String settings, String stage) {
        this.folder = folder;
        this.settings = settings;
        this.stage = stage;
    }

    /** The folder for the batches of a file, beside it. */
    public static Path folderBeside(Path out) {
        return out.resolveSibling(out.getFileName() + ".parts");
    }

    /**
     * Opens a run's folder; creates it if missing.
     *
     * @param settings everything that determines the images; a run with other settings is not continued
     * @throws UserError if there are shards of other settings, or the folder cannot be written
     */
    public static SampleShards open(Path folder, String settings) {
        Path note = folder.resolve(SETTINGS);
        try {
            Files.createDirectories(folder);
            if (!note(folder).equals(Optional.of(settings))) {
                requireNoBatches(folder, settings);
                Path unfinished = unfinished(note);
                Files.writeString(unfinished, settings);
                AtomicFile.rename(unfinished, note);
            }
        } catch (IOException e) {
            throw new UserError("Cannot write to " + folder + ": " + e.getMessage() + ".", e);
        }
        return new SampleShards(folder, settings, LAST_STAGE);
    }

    /** What decides the batches in a folder; empty if nothing says it. */
    private static Optional<String> note(Path folder) throws IOException {
        try {
            return Optional.of(Files.readString(folder.resolve(SETTINGS)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static void requireNoBatches(Path folder, String settings) throws IOException {
        boolean empty = list(folder, "").isEmpty();
        // Another part of this run may have written its note and a batch meanwhile.
        Optional<String> then = note(folder);
        if (!empty && !then.equals(Optional.of(settings))) {
            throw new UserError(folder + " holds batches of an interrupted run with other settings"
                    + then.map(text -> SettingsDifference.between(text, settings))
                            .orElse("") + ": use those"
                    + " settings, choose another --out, or remove the folder.");
        }
    }

    /** A name that no other process writes to. */
    private static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    }

    /** Bytes of the files in a run's folder; 0 if there is none. */
    public static long bytesIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        long bytes = 0;
        for (Path shard : list(folder, LAST_STAGE)) {
            bytes += shard.toFile().length();
        }
        return bytes;
    }

    /** Batches of an earlier stage of the same run, in the same folder. */
    public SampleShards ofStage(String name) {
        return new SampleShards(folder, settings, name);
    }

    /** Whether the batch that starts with this image is finished. */
    public boolean has(int first) {
        return Files.exists(shard(first));
    }

    /** The images of a finished batch. */
    public Tensor images(int first) {
        return Npz.read(shard(first)).get("arr_0");
    }

    /** The arrays of a finished batch. */
    public Map<String, Tensor> arrays(int first) {
        return Npz.read(shard(first));
    }

    /** A batch as the published code writes samples: arr_0 images, arr_1 labels unless there are none. */
    public static Map<String, Tensor> arrays(Tensor images, int[] labels) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("arr_0", images);
        if (labels.length > 0) {
            arrays.put("arr_1", Tensor.of(IntStream.of(labels).asLongStream().toArray(), labels.length));
        }
        return arrays;
    }

    /** Keeps a finished batch. */
    public void put(int first, Tensor images, int[] labels) {
        put(first, arrays(images, labels));
    }

    /**
     * Keeps the arrays of a finished batch.
     *
     * @throws UserError if another process has removed the folder, or taken it for a run with other settings
     */
    public void put(int first, Map<String, Tensor> arrays) {
        Path shard = shard(first);
        Path unfinished = unfinished(shard);
        try {
            if (!note(folder).equals(Optional.of(settings))) {
                throw new UserError(
                        Files.isDirectory(folder)
                                ? "Another run with other settings writes to " + folder + ": give each its own --out."
                                : "Another process has joined the batches in " + folder
                                        + " and removed it: join when all parts have ended.");
            }
            Npz.write(unfinished, arrays);
            AtomicFile.rename(unfinished, shard);
        } catch (IOException e) {
            throw new UserError("Cannot write to " + folder + ": " + e.getMessage() + ".", e);
        }
    }

    /**
     * Joins all batches into one file, as the published code writes samples: arr_0 images, arr_1 labels. Keeps the
     * batches.
     *
     * @param count images in all
     */
    public void join(int count, Path out) {
        List<Path> shards = list(folder, stage);
        Map<String, Tensor> first = Npz.read(shards.get(0));
        long[] shape = first.get("arr_0").shape();
        try {
            Files.createDirectories(out.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new UncheckedIOException("Could not write " + out + ".", e);
        }
        try (NpzWriter writer = NpzWriter.create(out)) {
            shape[0] = count;
            copy(shards, writer, "arr_0", ElementType.UINT8, shape);
            if (first.containsKey("arr_1")) {
                copy(shards, writer, "arr_1", ElementType.INT64, new long[] {count});
            }
            writer.finish();
        }
    }

    /** Removes the batches of all stages and the folder. */
    public void delete() {
        try {
            for (Path file : matching(folder, UNFINISHED)) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not remove " + folder + ".", e);
        }
    }

    private static void copy(List<Path> shards, NpzWriter writer, String name, ElementType type, long[] shape) {
        try (NpyRowWriter rows = writer.begin(name, type, shape)) {
            for (Path shard : shards) {
                rows.write(Npz.read(shard).get(name));
            }
        }
    }

    /** Shards of a stage, or of all where it is empty, in the order of their images. */
    private static List<Path> list(Path folder, String stage) {
        return matching(folder, SHARD).stream()
                .filter(p -> stage.isEmpty() || p.getFileName().toString().startsWith(stage + "-"))
                .toList();
    }

    private static List<Path> matching(Path folder, String pattern) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(p -> p.getFileName().toString().matches(pattern))
                    .sorted(Comparator.comparing(p -> p.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not list " + folder + ".", e);
        }
    }

    /** The name of the batch of finished images that starts with this one. */
    public static String fileName(int first) {
        return fileName(LAST_STAGE, first);
    }

    private static String fileName(String stage, int first) {
        return String.format(Locale.ROOT, "%s-%09d.npz", stage, first);
    }

    private Path shard(int first) {
        return folder.resolve(fileName(stage, first));
    }
}
