package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyStream;
import io.adm4j.io.NpzReader;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;

/** The images of an npz file; only the current batch is in memory. */
final class NpzImageStream implements ImageStream {
    private final Path file;
    private final NpzReader reader;
    private final NpyStream rows;
    private final ImageArrayShape shape;
    private final RgbConverter toRgb;

    /**
     * Opens an npz file.
     *
     * @throws UserError if it holds no images, or their size is not the one asked for
     */
    static NpzImageStream open(Path file, DatasetOptions options) {
        NpzReader reader = NpzReader.open(file);
        try {
            return new NpzImageStream(reader, file, options);
        } catch (UserError e) {
            reader.close();
            throw e;
        }
    }

    private NpzImageStream(NpzReader reader, Path file, DatasetOptions options) {
        this.file = file;
        this.reader = reader;
        this.shape = ImageArrayShape.of(reader, file);
        shape.requireSquare(file);
        int size = options.imageSize();
        if (size != DatasetOptions.AS_STORED && size != shape.height()) {
            throw new UserError("The images in " + file + " are " + shape.width() + "x" + shape.height() + ", but "
                    + size + "x" + size + " are needed.");
        }
        this.rows = reader.stream(NpzSource.IMAGES);
        this.toRgb = new RgbConverter(shape, file);
    }

    @Override
    public int size() {
        return shape.count();
    }

    @Override
    public int imageSize() {
        return shape.height();
    }

    @Override
    public Optional<String> checksum() {
        return Optional.of(Sha256.of(file));
    }

    @Override
    public Optional<int[]> labels() {
        return reader.has(NpzSource.LABELS)
                ? Optional.of(NpzSource.labels(reader, file, shape.count()))
                : Optional.empty();
    }

    @Override
    public Tensor next(int max) {
        Tensor batch = rows.nextRows(max);
        return batch == null ? null : toRgb.convert(batch);
    }

    @Override
    public void close() {
        rows.close();
        reader.close();
    }
}
