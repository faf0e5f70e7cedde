package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyStream;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The images of an array: in the heap, if they fit into a quarter of it, otherwise in a temporary file that is mapped. */
final class ArraySource implements ImageSource {
    /** So few that rows of large images take little memory as well. */
    private static final long BYTES_AT_ONCE = 16L << 20;

    private final ImageStore images;
    private final int count;
    private final int imageSize;
    private final int channels;
    private final boolean repeatsGray;

    private ArraySource(ImageStore images, int count, int imageSize, int channels, boolean repeatsGray) {
        this.repeatsGray = repeatsGray;
        this.channels = channels;
        this.images = images;
        this.count = count;
        this.imageSize = imageSize;
    }

    /**
     * Reads an array.
     *
     * @param array closed
     * @param warnings told of colors that become gray
     */
    static Dataset open(ImageArray array, DatasetOptions options, Consumer<String> warnings) {
        return open(array, options, ImageStore.largestInHeap(), warnings);
    }

    /** @param most bytes of images in the heap */
    static Dataset open(ImageArray array, DatasetOptions options, long most, Consumer<String> warnings) {
        try (array) {
            ImageArrayShape shape = ImageArrayShape.of(array, options);
            int[] labels = options.labels() == LabelConvention.NONE
                    ? null
                    : array.labels(shape.count()).orElse(null);
            int size = options.imageSize();
            if (size == DatasetOptions.AS_STORED) {
                shape.requireSquare(array.file());
                size = shape.height();
            }
            int imageBytes = size * size * options.channels();
            boolean large = (long) shape.count() * imageBytes > most;
            if (array.header().fortranOrder() && large) {
                throw new UserError(array.described()
                        + " is too large to be read in Fortran order: save it with numpy.ascontiguousarray.");
            }
            ImageStore images = ImageStore.of(shape.count(), imageBytes, most);
            ImageRowConverter converter = new ImageRowConverter(shape, options, array.file());
            converter.announce(warnings);
            if (array.header().fortranOrder()) {
                take(converter.convert(array.read()), shape, size, images);
            } else {
                long rowBytes = array.header().dataBytes() / Math.max(1, shape.count());
                int rowsAtOnce = (int) Math.max(1, Math.min(256, BYTES_AT_ONCE / Math.max(1, rowBytes)));
                try (NpyStream stream = array.stream()) {
                    for (Tensor rows = stream.nextRows(rowsAtOnce); rows != null; rows = stream.nextRows(rowsAtOnce)) {
                        take(converter.convert(rows), shape, size, images);
                    }
                }
            }
            images.complete();
            int classes = labels == null ? 0 : Arrays.stream(labels).max().orElseThrow() + 1;
            List<String> names =
                    IntStream.range(0, classes).mapToObj(Integer::toString).toList();
            return new Dataset(
                    new ArraySource(images, shape.count(), size, options.channels(), converter.repeatsGray()),
                    labels,
                    names,
                    array.file(),
                    List.of(array.file()));
        }
    }

    private static void take(Tensor rows, ImageArrayShape shape, int size, ImageStore images) {
        ByteBuffer bytes = rows.bytes();
        int channels = (int) rows.dim(3);
        for (int i = 0; i < rows.dim(0); i++) {
            byte[] pixels = new byte[shape.height() * shape.width() * channels];
            bytes.get(pixels);
            PixelImage image = new PixelImage(shape.width(), shape.height(), channels, pixels);
            boolean fits = shape.width() == size && shape.height() == size;
            images.add(fits ? pixels : ImageResizer.squared(image, size).pixels());
        }
    }

    @Override
    public int size() {
        return count;
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
        images.copy(index, target, offset);
    }
}
