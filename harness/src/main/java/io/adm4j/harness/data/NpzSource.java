package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyHeader;
import io.adm4j.io.NpyStream;
import io.adm4j.io.NpzReader;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The images of an npz file, all in memory. */
final class NpzSource implements ImageSource {
    static final String IMAGES = "arr_0";
    static final String LABELS = "arr_1";
    private static final int ROWS_AT_ONCE = 256;

    private final byte[][] images;
    private final int imageSize;

    private NpzSource(byte[][] images, int imageSize) {
        this.images = images;
        this.imageSize = imageSize;
    }

    static Dataset open(Path file, DatasetOptions options) {
        try (NpzReader reader = NpzReader.open(file)) {
            ImageArrayShape shape = ImageArrayShape.of(reader, file);
            int[] labels = reader.has(LABELS) ? labels(reader, file, shape.count()) : null;
            int size = options.imageSize();
            if (size == DatasetOptions.AS_STORED) {
                shape.requireSquare(file);
                size = shape.height();
            }
            byte[][] images = new byte[shape.count()][];
            RgbConverter toRgb = new RgbConverter(shape, file);
            if (reader.header(IMAGES).fortranOrder()) {
                take(toRgb.convert(reader.read(IMAGES)), shape, size, images, 0);
            } else {
                try (NpyStream stream = reader.stream(IMAGES)) {
                    int done = 0;
                    for (Tensor rows = stream.nextRows(ROWS_AT_ONCE);
                            rows != null;
                            rows = stream.nextRows(ROWS_AT_ONCE)) {
                        done = take(toRgb.convert(rows), shape, size, images, done);
                    }
                }
            }
            int classes = labels == null ? 0 : Arrays.stream(labels).max().orElseThrow() + 1;
            List<String> names =
                    IntStream.range(0, classes).mapToObj(Integer::toString).toList();
            return new Dataset(new NpzSource(images, size), labels, names, file, List.of(file));
        }
    }

    private static int take(Tensor rgb, ImageArrayShape shape, int size, byte[][] images, int from) {
        ByteBuffer bytes = rgb.bytes();
        int done = from;
        for (int i = 0; i < rgb.dim(0); i++) {
            byte[] pixels = new byte[shape.height() * shape.width() * 3];
            bytes.get(pixels);
            RgbImage image = new RgbImage(shape.width(), shape.height(), pixels);
            boolean fits = shape.width() == size && shape.height() == size;
            images[done++] = fits ? pixels : ImageResizer.squared(image, size).pixels();
        }
        return done;
    }

    /**
     * Reads the labels of an npz file.
     *
     * @param count number of images
     * @return one class number per image, each in [0, 1000000]
     * @throws UserError if there is not one class number for each image
     */
    static int[] labels(NpzReader reader, Path file, int count) {
        NpyHeader header = reader.header(LABELS);
        long[] shape = header.shape();
        if (shape.length != 1 || shape[0] != count) {
            throw new UserError("The labels " + LABELS + " in " + file + " have the shape " + Arrays.toString(shape)
                    + "; one label for each of the " + count + " images is needed.");
        }
        if (header.type() != ElementType.INT64
                && header.type() != ElementType.INT32
                && header.type() != ElementType.UINT8) {
            throw new UserError("The labels " + LABELS + " in " + file + " are " + header.type()
                    + "; save them as int64, int32 or uint8.");
        }
        Tensor stored = reader.read(LABELS);
        ByteBuffer bytes = stored.bytes();
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            long label = switch (stored.type()) {
                case INT64 -> bytes.getLong(i * 8);
                case INT32 -> bytes.getInt(i * 4);
                default -> bytes.get(i) & 0xff;
            };
            if (label < 0 || label > 1_000_000) {
                throw new UserError("Label " + label + " of image " + i + " in " + file
                        + " is not a class number; classes are counted from 0.");
            }
            labels[i] = (int) label;
        }
        return labels;
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
    public void copy(int index, byte[] target, int offset) {
        System.arraycopy(images[index], 0, target, offset, images[index].length);
    }
}
