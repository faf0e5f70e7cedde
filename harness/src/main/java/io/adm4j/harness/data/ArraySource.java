package io.adm4j.harness.data;

import io.adm4j.io.NpyStream;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The images of an array, all in memory. */
final class ArraySource implements ImageSource {
    private static final int ROWS_AT_ONCE = 256;

    private final byte[][] images;
    private final int imageSize;
    private final int channels;
    private final boolean repeatsGray;

    private ArraySource(byte[][] images, int imageSize, int channels, boolean repeatsGray) {
        this.repeatsGray = repeatsGray;
        this.channels = channels;
        this.images = images;
        this.imageSize = imageSize;
    }

    /**
     * Reads an array.
     *
     * @param array closed
     * @param warnings told of colors that become gray
     */
    static Dataset open(ImageArray array, DatasetOptions options, Consumer<String> warnings) {
        try (array) {
            ImageArrayShape shape = ImageArrayShape.of(array, options);
            int[] labels = array.labels(shape.count()).orElse(null);
            int size = options.imageSize();
            if (size == DatasetOptions.AS_STORED) {
                shape.requireSquare(array.file());
                size = shape.height();
            }
            byte[][] images = new byte[shape.count()][];
            ImageRowConverter converter = new ImageRowConverter(shape, options.channels(), array.file());
            converter.announce(warnings);
            if (array.header().fortranOrder()) {
                take(converter.convert(array.read()), shape, size, images, 0);
            } else {
                try (NpyStream stream = array.stream()) {
                    int done = 0;
                    for (Tensor rows = stream.nextRows(ROWS_AT_ONCE);
                            rows != null;
                            rows = stream.nextRows(ROWS_AT_ONCE)) {
                        done = take(converter.convert(rows), shape, size, images, done);
                    }
                }
            }
            int classes = labels == null ? 0 : Arrays.stream(labels).max().orElseThrow() + 1;
            List<String> names =
                    IntStream.range(0, classes).mapToObj(Integer::toString).toList();
            return new Dataset(
                    new ArraySource(images, size, options.channels(), converter.repeatsGray()),
                    labels,
                    names,
                    array.file(),
                    List.of(array.file()));
        }
    }

    private static int take(Tensor rows, ImageArrayShape shape, int size, byte[][] images, int from) {
        ByteBuffer bytes = rows.bytes();
        int channels = (int) rows.dim(3);
        int done = from;
        for (int i = 0; i < rows.dim(0); i++) {
            byte[] pixels = new byte[shape.height() * shape.width() * channels];
            bytes.get(pixels);
            PixelImage image = new PixelImage(shape.width(), shape.height(), channels, pixels);
            boolean fits = shape.width() == size && shape.height() == size;
            images[done++] = fits ? pixels : ImageResizer.squared(image, size).pixels();
        }
        return done;
    }

    @Override
    public int size() {
        return images.length;
    }

    @Override
    public int imageSize() {
        return imageSize;
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public boolean repeatsGray() {
        return repeatsGray;
    }

    @Override
    public void copy(int index, byte[] target, int offset) {
        System.arraycopy(images[index], 0, target, offset, images[index].length);
    }
}
