package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.util.Objects;

/**
 * How a dataset is read.
 *
 * @param imageSize height and width in pixels to which images are brought, or {@link #AS_STORED}
 * @param split the part of a dataset that comes in two; other sources ignore it
 * @param layout order of the dimensions of arrays; other sources ignore it
 * @param strict whether one image file that cannot be used is an error; otherwise it is left out
 */
public record DatasetOptions(int imageSize, Split split, ArrayLayout layout, boolean strict) {
    /** An image size that resizes no image; all must then be squares of one size. */
    public static final int AS_STORED = 0;

    public DatasetOptions {
        if (imageSize < 0) {
            throw new UserError("An image size is a number of pixels, not " + imageSize + ".");
        }
        Objects.requireNonNull(split);
        Objects.requireNonNull(layout);
    }

    /** Arrays [N, height, width, channels]; image files that cannot be used are left out. */
    public DatasetOptions(int imageSize, Split split) {
        this(imageSize, split, ArrayLayout.HWC, false);
    }

    /** Images of one size, of the training split. */
    public static DatasetOptions ofSize(int imageSize) {
        return new DatasetOptions(imageSize, Split.TRAIN);
    }

    /** The same with images of another size. */
    public DatasetOptions withSize(int newImageSize) {
        return new DatasetOptions(newImageSize, split, layout, strict);
    }
}
