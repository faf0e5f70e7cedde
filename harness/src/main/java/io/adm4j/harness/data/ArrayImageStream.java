package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyStream;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.Consumer;

/** The images of an array in a file; only the current batch is in memory. */
final class ArrayImageStream implements ImageStream {
    private final ImageArray array;
    private final NpyStream rows;
    private final ImageArrayShape shape;
    private final boolean labeled;
    private final ImageRowConverter converter;

    /**
     * Takes ownership of an array.
     *
     * @throws UserError if it holds no images, or their size or channels are not those asked for
     */
    static ArrayImageStream open(ImageArray array, DatasetOptions options, Consumer<String> warnings) {
        try {
            return new ArrayImageStream(array, options, warnings);
        } catch (UserError e) {
            array.close();
            throw e;
        }
    }

    private ArrayImageStream(ImageArray array, DatasetOptions options, Consumer<String> warnings) {
        this.array = array;
        this.labeled = options.labels() != LabelConvention.NONE;
        this.shape = ImageArrayShape.of(array, options);
        shape.requireSquare(array.file());
        int size = options.imageSize();
        if (size != DatasetOptions.AS_STORED && size != shape.height()) {
            throw new UserError("The images in " + array.file() + " are " + shape.width() + "x" + shape.height()
                    + ", but " + size + "x" + size + " are needed.");
        }
        this.rows = array.stream();
        this.converter = new ImageRowConverter(shape, options.channels(), array.file());
        converter.announce(warnings);
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
    public int channels() {
        return converter.channels();
    }

    @Override
    public boolean repeatsGray() {
        return converter.repeatsGray();
    }

    @Override
    public Optional<String> checksum() {
        return Optional.of(Sha256.of(array.file()));
    }

    @Override
    public Optional<int[]> labels() {
        return labeled ? array.labels(shape.count()) : Optional.empty();
    }

    @Override
    public Tensor next(int max) {
        Tensor batch = rows.nextRows(max);
        return batch == null ? null : converter.convert(batch);
    }

    @Override
    public void close() {
        rows.close();
        array.close();
    }
}
