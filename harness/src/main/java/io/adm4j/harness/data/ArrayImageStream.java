package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyStream;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The images of an array in a file; only the current batch is in memory. */
final class ArrayImageStream implements ImageStream {
    private final ImageArray array;
    private final NpyStream rows;
    private final ImageArrayShape shape;
    private final boolean labeled;
    /** From a file of labels. */
    private final Optional<DatasetLabels> given;

    private final ImageRowConverter converter;
    /** Of the images, ascending. */
    private final int[] numbers;
    /** Images that were given out. */
    private int done;
    /** Images of the array that were read. */
    private int read;

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
        this.given = options.labelFile().map(csv -> LabelFile.read(csv).of(shape.count(), array.file()));
        int size = options.imageSize();
        if (size == DatasetOptions.AS_STORED) {
            shape.requireSquare(array.file());
        }
        if (!options.keepsSize() && (size != shape.height() || size != shape.width())) {
            throw new UserError("The images in " + array.file() + " are " + shape.width() + "x" + shape.height()
                    + ", but " + size + "x" + size + " are needed.");
        }
        this.rows = array.stream();
        this.converter = new ImageRowConverter(shape, options, array.file());
        this.numbers = IntStream.range(0, shape.count()).toArray();
        converter.announce(warnings);
    }

    private ArrayImageStream(ArrayImageStream all, int... numbers) {
        this.array = all.array;
        this.labeled = all.labeled;
        this.given = all.given;
        this.shape = all.shape;
        this.rows = all.rows;
        this.converter = all.converter.of(numbers);
        this.numbers = numbers;
    }

    @Override
    public ImageStream chosen(int... chosen) {
        return new ArrayImageStream(
                this, IntStream.of(chosen).map(i -> numbers[i]).toArray());
    }

    @Override
    public int size() {
        return numbers.length;
    }

    @Override
    public int imageSize() {
        return shape.height();
    }

    @Override
    public int width() {
        return shape.width();
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
        return labeled
                ? ChosenImages.labels(given.map(DatasetLabels::labels).or(() -> array.labels(shape.count())), numbers)
                : Optional.empty();
    }

    @Override
    public List<String> classNames() {
        return given.map(DatasetLabels::names).orElse(List.of());
    }

    @Override
    public Tensor next(int max) {
        int count = Math.min(max, numbers.length - done);
        if (count == 0) {
            return null;
        }
        boolean consecutive = numbers[done] == read && numbers[done + count - 1] == read + count - 1;
        Tensor batch = consecutive ? nextRows(count) : chosenRows(count);
        done += count;
        return converter.convert(batch);
    }

    /** Rows in memory of their own, from among those that are read up to the last of them. */
    private Tensor chosenRows(int count) {
        long[] wanted = array.header().shape().clone();
        wanted[0] = count;
        Tensor batch = Tensor.zeros(array.header().type(), wanted);
        ByteBuffer target = batch.bytes();
        for (int i = done; i < done + count; ) {
            int from = read;
            Tensor block = nextRows(Math.min(count, numbers[done + count - 1] + 1 - from));
            for (; i < done + count && numbers[i] < read; i++) {
                target.put(block.rows(numbers[i] - from, numbers[i] - from + 1).bytes());
            }
        }
        return batch;
    }

    private Tensor nextRows(int count) {
        Tensor block = Objects.requireNonNull(rows.nextRows(count));
        read += (int) block.dim(0);
        return block;
    }

    @Override
    public void close() {
        rows.close();
        array.close();
    }
}
