package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyHeader;
import io.adm4j.tensor.ElementType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * The shape of an array of images.
 *
 * @param count number of images, at least 1
 * @param channels 3, or 1 for gray
 * @param planes whether the channels of an image follow one another as a whole
 */
record ImageArrayShape(int count, int height, int width, int channels, boolean planes) {
    /** Types that {@link RgbConverter} reads; float16 is the output of a network, not stored images. */
    private static final Set<ElementType> READABLE = EnumSet.of(
            ElementType.UINT8,
            ElementType.INT16,
            ElementType.INT32,
            ElementType.INT64,
            ElementType.FLOAT32,
            ElementType.FLOAT64);

    /** @throws UserError if the array does not hold images */
    static ImageArrayShape of(ImageArray array, ArrayLayout layout) {
        NpyHeader header = array.header();
        long[] shape = header.shape();
        boolean planes = layout == ArrayLayout.CHW && shape.length == 4;
        int channels = planes ? 1 : 3;
        boolean images = shape.length == 3 || shape.length == 4 && isColor(shape[channels]);
        if (!images || !READABLE.contains(header.type())) {
            boolean fitsOther = shape.length == 4 && isColor(shape[4 - channels]);
            throw new UserError(array.described() + " is " + header.type() + Arrays.toString(shape) + "; images are "
                    + (planes ? "uint8 [N, 3, height, width] with --layout chw" : "uint8 [N, height, width, 3]")
                    + (fitsOther ? ", so give --layout " + (planes ? "hwc" : "chw") + "." : "."));
        }
        long height = shape[planes ? 2 : 1];
        long width = shape[planes ? 3 : 2];
        if (shape[0] < 1
                || height < 1
                || width < 1
                || shape[0] > Integer.MAX_VALUE
                || height > Integer.MAX_VALUE
                || width > Integer.MAX_VALUE
                || height * width > Integer.MAX_VALUE / 3) {
            throw new UserError(array.described() + " has the shape " + Arrays.toString(shape)
                    + ", which is empty or too large; at least one image is needed.");
        }
        return new ImageArrayShape(
                (int) shape[0],
                (int) height,
                (int) width,
                shape.length == 3 ? 1 : (int) shape[channels],
                planes && shape[channels] == 3);
    }

    private static boolean isColor(long channels) {
        return channels == 3 || channels == 1;
    }

    void requireSquare(Path file) {
        if (height != width) {
            throw new UserError(
                    "The images in " + file + " are " + width + "x" + height + "; square images are needed here.");
        }
    }
}
