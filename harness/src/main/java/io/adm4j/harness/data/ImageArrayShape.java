package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyHeader;
import io.adm4j.io.NpzReader;
import io.adm4j.tensor.ElementType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * The shape of the images {@code arr_0} of an npz file.
 *
 * @param count number of images, at least 1
 * @param channels 3, or 1 for gray
 */
record ImageArrayShape(int count, int height, int width, int channels) {
    /** Types that {@link RgbConverter} reads; float16 is the output of a network, not stored images. */
    private static final Set<ElementType> READABLE = EnumSet.of(
            ElementType.UINT8,
            ElementType.INT16,
            ElementType.INT32,
            ElementType.INT64,
            ElementType.FLOAT32,
            ElementType.FLOAT64);

    /** @throws UserError if the array is missing or does not hold images */
    static ImageArrayShape of(NpzReader reader, Path file) {
        if (!reader.has(NpzSource.IMAGES)) {
            throw new UserError(
                    "The file " + file + " has no array arr_0 with images; it holds " + reader.names() + ".");
        }
        NpyHeader header = reader.header(NpzSource.IMAGES);
        long[] shape = header.shape();
        boolean images = shape.length == 3 || shape.length == 4 && (shape[3] == 3 || shape[3] == 1);
        if (!images || !READABLE.contains(header.type())) {
            throw new UserError("The array arr_0 in " + file + " is " + header.type() + Arrays.toString(shape)
                    + "; images are uint8 [N, height, width, 3].");
        }
        if (shape[0] < 1
                || shape[1] < 1
                || shape[2] < 1
                || shape[0] > Integer.MAX_VALUE
                || shape[1] * shape[2] > Integer.MAX_VALUE / 3) {
            throw new UserError("The array arr_0 in " + file + " has the shape " + Arrays.toString(shape)
                    + ", which is empty or too large; at least one image is needed.");
        }
        return new ImageArrayShape(
                (int) shape[0], (int) shape[1], (int) shape[2], shape.length == 3 ? 1 : (int) shape[3]);
    }

    void requireSquare(Path file) {
        if (height != width) {
            throw new UserError(
                    "The images in " + file + " are " + width + "x" + height + "; square images are needed here.");
        }
    }
}
