package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.ArrayFileException;
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

/** Images of an npz file, held in memory. */
final class NpzImages implements ImageStore {
    static final String IMAGES = "arr_0";
    static final String LABELS = "arr_1";
    private static final int ROWS_AT_ONCE = 256;

    private final byte[][] images;
    private final int imageSize;

    private NpzImages(byte[][] images, int imageSize) {
        this.images = images;
        this.imageSize = imageSize;
    }

    static Dataset open(Path file, DatasetOptions options) {
        try (NpzReader reader = NpzReader.open(file)) {
            ImageArrayLayout layout = ImageArrayLayout.of(reader, file);
            int[] labels = reader.has(LABELS) ? labels(reader, file, layout.count()) : null;
            int size = options.imageSize();
            if (size == DatasetOptions.AS_STORED) {
                layout.requireSquare(file);
                size = layout.height();
            }
            byte[][] images = new byte[layout.count()][];
            ImageRows toRgb = new ImageRows(layout, file);
            if (reader.header(IMAGES).fortranOrder()) {
                take(toRgb.toRgb(reader.read(IMAGES)), layout, size, images, 0);
            } else {
                try (NpyStream stream = reader.stream(IMAGES)) {
                    int done = 0;
                    for (Tensor rows = stream.nextRows(ROWS_AT_ONCE);
                            rows != null;
                            rows = stream.nextRows(ROWS_AT_ONCE)) {
                        done = take(toRgb.toRgb(rows), layout, size, images, done);
                    }
                }
            }
            int classes = labels == null ? 0 : Arrays.stream(labels).max().orElseThrow() + 1;
            List<String> names =
                    IntStream.range(0, classes).mapToObj(Integer::toString).toList();
            return new Dataset(new NpzImages(images, size), labels, names, file, List.of(file));
        } catch (ArrayFileException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private static int take(Tensor rgb, ImageArrayLayout layout, int size, byte[][] images, int from) {
        ByteBuffer bytes = rgb.bytes();
        int done = from;
        for (int i = 0; i < rgb.dim(0); i++) {
            byte[] pixels = new byte[layout.height() * layout.width() * 3];
            bytes.get(pixels);
            RgbImage image = new RgbImage(layout.width(), layout.height(), pixels);
            boolean fits = layout.width() == size && layout.height() == size;
            images[done++] = fits ? pixels : ImageResizer.squared(image, size).pixels();
        }
        return done;
    }

    /** @throws UserError if there is not one class number for each image */
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
                        + " is no class number; classes are counted from 0.");
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
