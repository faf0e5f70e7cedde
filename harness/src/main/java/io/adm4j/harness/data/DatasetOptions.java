package io.adm4j.harness.data;

/**
 * How images are to be delivered.
 *
 * @param imageSize height and width in pixels of every image delivered, or {@link #AS_STORED}
 * @param split the part taken of data that come in two parts; other sources ignore it
 */
public record DatasetOptions(int imageSize, Split split) {
    /** An image size that leaves every image as it is; all must then be squares of one size. */
    public static final int AS_STORED = 0;

    public DatasetOptions {
        if (imageSize < 0) {
            throw new IllegalArgumentException("An image size is a number of pixels, not " + imageSize + ".");
        }
        if (split == null) {
            throw new IllegalArgumentException("A split is needed; TRAIN is the usual one.");
        }
    }

    /** Images of one size, the part for training. */
    public static DatasetOptions ofSize(int imageSize) {
        return new DatasetOptions(imageSize, Split.TRAIN);
    }
}
