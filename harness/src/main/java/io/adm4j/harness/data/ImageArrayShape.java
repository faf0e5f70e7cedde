package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
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
 * @param channels of every image as stored; 1 for gray
 * @param planes whether the channels of an image follow one another as a whole
 */
record ImageArrayShape(int count, int height, int width, int channels, boolean planes) {
    /** Types that {@link ImageRowConverter} reads; float16, the output of networks, only where its range is known. */
    private static final Set<ElementType> READABLE = EnumSet.of(
            ElementType.UINT8,
            ElementType.INT16,
            ElementType.INT32,
            ElementType.INT64,
            ElementType.FLOAT32,
            ElementType.FLOAT64);

    /**
     * The shape of an array in the layout of the options.
     *
     * @throws UserError if the array does not hold images, or images of other channels than are asked for
     */
    static ImageArrayShape of(ImageArray array, DatasetOptions options) {
        NpyHeader header = array.header();
        long[] shape = header.shape();
        int wanted = options.channels();
        boolean planes = shape.length == 4
                && (options.layout() == ArrayLayout.CHW
                        || options.layout() == ArrayLayout.EITHER
                                && becomes(shape[1], wanted)
                                && !becomes(shape[3], wanted));
        int axis = planes ? 1 : 3;
        long channels = shape.length == 4 ? shape[axis] : 1;
        boolean images = (shape.length == 3 || shape.length == 4) && isReadable(header.type(), options.range());
        if (!images || !becomes(channels, wanted)) {
            String fitting = planes
                    ? "[N, " + wanted + ", height, width] with --layout chw"
                    : "[N, height, width, " + wanted + "]";
            String is = array.described() + " is " + header.type() + Arrays.toString(shape);
            if (header.type() == ElementType.FLOAT16 && becomes(channels, wanted)) {
                throw new UserError(is + "; images are uint8 " + fitting
                        + ", or say what its values mean with --range 0..1, -1..1 or 0..255.");
            }
            if (shape.length == 4 && becomes(shape[4 - axis], wanted)) {
                throw new UserError(
                        is + "; images are uint8 " + fitting + ", so give --layout " + (planes ? "hwc" : "chw") + ".");
            }
            if (!images) {
                throw new UserError(is + "; images are uint8 " + fitting + ".");
            }
            throw new UserError(is + ", images of " + Count.of(channels, "channel") + ", and the network takes "
                    + wanted + " (flag in_channels): give uint8 " + fitting + ", or a network with in_channels "
                    + channels + ".");
        }
        // Gray images would be 3 or 4 pixels wide and not square.
        if (shape.length == 3 && (shape[2] == 3 || shape[2] == 4) && shape[1] != shape[2]) {
            throw new UserError(array.described() + " is " + header.type() + Arrays.toString(shape)
                    + ", a single image; arrays of images are uint8 [N, height, width, " + shape[2]
                    + "], so save it with a[None].");
        }
        long height = shape[planes ? 2 : 1];
        long width = shape[planes ? 3 : 2];
        if (shape[0] < 1
                || height < 1
                || width < 1
                || shape[0] > Integer.MAX_VALUE
                || height > Integer.MAX_VALUE
                || width > Integer.MAX_VALUE
                || height * width > Integer.MAX_VALUE / Math.max(channels, wanted)) {
            throw new UserError(array.described() + " has the shape " + Arrays.toString(shape)
                    + ", which is empty or too large; at least one image is needed.");
        }
        return new ImageArrayShape((int) shape[0], (int) height, (int) width, (int) channels, planes && channels > 1);
    }

    private static boolean isReadable(ElementType type, ValueRange range) {
        return READABLE.contains(type) || type == ElementType.FLOAT16 && range != ValueRange.INTEGERS;
    }

    /** Whether stored images become what a network takes: gray is repeated for colors, and colors become gray. */
    private static boolean becomes(long stored, int wanted) {
        return stored == wanted || stored == 1 && wanted == 3 || stored == 3 && wanted == 1;
    }

    void requireSquare(Path file) {
        if (height != width) {
            throw new UserError(
                    "The images in " + file + " are " + width + "x" + height + "; square images are needed here.");
        }
    }
}
