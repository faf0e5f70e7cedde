package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.util.Objects;

/**
 * Size and split of a dataset.
 *
 * @param imageSize height and width in pixels to which images are brought, or {@link #AS_STORED}
 * @param split the part of a dataset that comes in two; other sources ignore it
 */
public record DatasetOptions(int imageSize, Split split) {
    /** An image size that resizes no image; all must then be squares of one size. */
    public static final int AS_STORED = 0;

    public DatasetOptions {
        if (imageSize < 0) {
            throw new UserError("An image size is a number of pixels, not " + imageSize + ".");
        }
        Objects.requireNonNull(split);
    }

    /** Images of one size, of the training split. */
    public static DatasetOptions ofSize(int imageSize) {
        return new DatasetOptions(imageSize, Split.TRAIN);
    }
}
