package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyHeader;
import io.adm4j.io.NpyReader;
import io.adm4j.io.NpyStream;
import io.adm4j.io.NpzReader;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The array of images in an npy file, or in an npz file: {@code arr_0}, or the only array there is; and the labels
 * {@code arr_1} of the latter.
 */
final class ImageArray implements AutoCloseable {
    private static final String IMAGES = "arr_0";
    private static final String LABELS = "arr_1";
    private static final int LARGEST_LABEL = 1_000_000;

    private final Path file;
    /** Null for an npy file. */
    private final NpzReader archive;

    private final String name;
    private final NpyHeader header;

    private ImageArray(Path file, NpzReader archive, String name) {
        this.file = file;
        this.archive = archive;
        this.name = name;
        try (NpyStream stream = stream()) {
            this.header = stream.header();
        }
    }

    /** Opens an npy file. */
    static ImageArray ofNpy(Path file) {
        return new ImageArray(file, null, file.getFileName().toString());
    }

    /**
     * Opens an npz file.
     *
     * @param warnings told if the array has another name
     * @throws UserError if there is no such array
     */
    static ImageArray ofNpz(Path file, Consumer<String> warnings) {
        NpzReader archive = NpzReader.open(file);
        try {
            List<String> names =
                    archive.names().stream().filter(n -> !n.equals(LABELS)).toList();
            if (archive.has(IMAGES)) {
                return new ImageArray(file, archive, IMAGES);
            }
            if (names.size() != 1) {
                throw new UserError(
                        "The file " + file + " has no array arr_0 with images; it holds " + archive.names() + ".");
            }
            ImageArray images = new ImageArray(file, archive, names.get(0));
            warnings.accept("Took the array " + names.get(0) + " as the images of " + file + ", which has no arr_0.");
            return images;
        } catch (UserError e) {
            archive.close();
            throw e;
        }
    }

    /** The array in words, for messages. */
    String described() {
        return "The array " + name + " in " + file;
    }

    Path file() {
        return file;
    }

    NpyHeader header() {
        return header;
    }

    /** The array in blocks of rows; to be closed by the caller. */
    NpyStream stream() {
        return archive == null ? NpyReader.stream(file) : archive.stream(name);
    }

    /** The whole array, in row-major order. */
    Tensor read() {
        return archive == null ? NpyReader.read(file) : archive.read(name);
    }

    /**
     * The labels, if there are any.
     *
     * @param count number of images
     * @return one class number per image, each in [0, 1000000]
     * @throws UserError if there is not one class number for each image
     */
    Optional<int[]> labels(int count) {
        if (archive == null || !archive.has(LABELS)) {
            return Optional.empty();
        }
        NpyHeader labels = archive.header(LABELS);
        long[] shape = labels.shape();
        if (shape.length != 1 || shape[0] != count) {
            throw new UserError("The labels " + LABELS + " in " + file + " have the shape " + Arrays.toString(shape)
                    + "; it must be [" + count + "], one label for each image.");
        }
        if (labels.type() != ElementType.INT64
                && labels.type() != ElementType.INT32
                && labels.type() != ElementType.UINT8) {
            throw new UserError("The labels " + LABELS + " in " + file + " are " + labels.type()
                    + "; save them as int64, int32 or uint8.");
        }
        return Optional.of(numbers(archive.read(LABELS)));
    }

    private int[] numbers(Tensor stored) {
        ByteBuffer bytes = stored.bytes();
        int[] labels = new int[stored.size()];
        for (int i = 0; i < labels.length; i++) {
            long label = switch (stored.type()) {
                case INT64 -> bytes.getLong(i * 8);
                case INT32 -> bytes.getInt(i * 4);
                default -> bytes.get(i) & 0xff;
            };
            if (label < 0 || label > LARGEST_LABEL) {
                throw new UserError("Label " + label + " of image " + i + " in " + file
                        + " is not a class number; classes are counted from 0.");
            }
            labels[i] = (int) label;
        }
        return labels;
    }

    @Override
    public void close() {
        if (archive != null) {
            archive.close();
        }
    }
}
