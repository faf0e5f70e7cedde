package io.adm4j.harness.evaluation.features;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.features.FeatureExtractor.FeatureBatch;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.FileTree;
import io.adm4j.io.NpyRowWriter;
import io.adm4j.io.NpzWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a {@link FeatureFile} while features are extracted; only a batch is in memory. Until the file is complete, everything
 * is in a folder of its own beside it, so that any number of processes may write the same file.
 *
 * <p>For one thread.
 */
public final class FeatureFileWriter implements AutoCloseable {
    /** Ending of the names of folders that a process which was killed leaves behind. */
    public static final String UNFINISHED = ".unfinished";

    private static final int ROWS_AT_ONCE = 256;

    private final Path target;
    private final Path folder;
    private final Map<String, Rows> arrays = new LinkedHashMap<>();
    private int count;

    private FeatureFileWriter(Path target, Path folder) {
        this.target = target;
        this.folder = folder;
    }

    /**
     * Starts a file.
     *
     * @param target its folder is created if missing
     * @throws UserError if nothing can be written there
     */
    public static FeatureFileWriter create(Path target) {
        try {
            Path parent = Files.createDirectories(target.toAbsolutePath().getParent());
            Path folder = parent.resolve(
                    target.getFileName() + "." + HexFormat.of().toHexDigits(System.nanoTime()) + UNFINISHED);
            return new FeatureFileWriter(target, Files.createDirectory(folder));
        } catch (IOException e) {
            throw failure(target, e);
        }
    }

    private static UserError failure(Path target, IOException e) {
        return new UserError("The features could not be written to " + target + ": " + e.getMessage() + ".", e);
    }

    /** The rows of one array, in a file without a header. */
    private record Rows(FileChannel channel, int columns) {}

    /**
     * Appends the features of images.
     *
     * @throws UserError if they cannot be written
     */
    public void add(FeatureBatch batch) {
        add(FeatureFile.FEATURES, batch.features(), batch.count());
        batch.spatial().ifPresent(values -> add(FeatureFile.SPATIAL, values, batch.count()));
        batch.probabilities().ifPresent(values -> add(FeatureFile.CLASSES, values, batch.count()));
        count += batch.count();
    }

    private void add(String name, float[] values, int rows) {
        try {
            if (!arrays.containsKey(name)) {
                FileChannel channel = FileChannel.open(
                        folder.resolve(name),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                arrays.put(name, new Rows(channel, values.length / rows));
            }
            ByteBuffer bytes = Tensor.of(values, values.length).bytes();
            while (bytes.hasRemaining()) {
                arrays.get(name).channel.write(bytes);
            }
        } catch (IOException e) {
            throw failure(target, e);
        }
    }

    /**
     * Completes the file, replacing an existing one.
     *
     * @param labels one per image, if they are known
     * @param measured the same images, whose statistics the file gets too; empty for none
     * @param survey of the same images; left out if it is not of all
     * @throws UserError if it cannot be written
     */
    public void finish(
            FeatureFile.About about, Optional<int[]> labels, Optional<MeasuredImages> measured, ImageSurvey survey) {
        Path whole = folder.resolve("features.npz");
        try {
            try (NpzWriter archive = NpzWriter.create(whole)) {
                for (Map.Entry<String, Rows> array : arrays.entrySet()) {
                    copy(array.getKey(), array.getValue(), archive);
                }
                labels.ifPresent(l -> archive.write(
                        ReferenceBatch.LABELS,
                        Tensor.of(Arrays.stream(l).asLongStream().toArray(), l.length)));
                measured.ifPresent(m -> ReferenceWriter.write(archive, m.statistics(), m.spatialStatistics()));
                ReferenceWriter.write(archive, count, about.networkSha256(), about.resize());
                if (survey.count() == count) {
                    archive.write(FeatureFile.DIGESTS, survey.digests());
                    archive.write(FeatureFile.FACTS, survey.facts());
                }
                byte[] text = about.toJson();
                archive.write(FeatureFile.ABOUT, Tensor.of(text, text.length));
                archive.finish();
            }
            AtomicFile.rename(whole, target);
        } catch (IOException e) {
            throw failure(target, e);
        }
    }

    private void copy(String name, Rows rows, NpzWriter archive) throws IOException {
        rows.channel.position(0);
        try (NpyRowWriter out = archive.begin(name, ElementType.FLOAT32, count, rows.columns)) {
            for (int from = 0; from < count; from += ROWS_AT_ONCE) {
                Tensor block = Tensor.zeros(ElementType.FLOAT32, Math.min(ROWS_AT_ONCE, count - from), rows.columns);
                ByteBuffer bytes = block.bytes();
                while (bytes.hasRemaining() && rows.channel.read(bytes) >= 0) {
                    // Files give what they have.
                }
                out.write(block);
            }
        }
    }

    /** Removes what is not needed any more. */
    @Override
    public void close() {
        try {
            for (Rows rows : arrays.values()) {
                rows.channel.close();
            }
            FileTree.delete(folder);
        } catch (IOException e) {
            throw failure(target, e);
        }
    }
}
