package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How a dataset is read.
 *
 * @param imageSize height and width in pixels to which images are brought, {@link #AS_STORED} or {@link #ANY_SHAPE}
 * @param channels channels of every image; 3 for RGB
 * @param split the part of a dataset that comes in two; other sources ignore it
 * @param layout order of the dimensions of arrays; other sources ignore it
 * @param range what the values of arrays of floating-point numbers mean; other sources ignore it
 * @param labels where those of image files come from; other sources have their own
 * @param labelFile CSV file with the labels, which then come from nowhere else
 * @param strict whether one image file that cannot be used is an error; otherwise it is left out
 * @param common size to which image files of several sizes are brought ({@link Resampling#BICUBIC_ANTIALIAS}) where the image size is
 *     {@link #ANY_SHAPE}; without one they are refused
 */
public record DatasetOptions(
        int imageSize,
        int channels,
        Split split,
        ArrayLayout layout,
        ValueRange range,
        LabelConvention labels,
        Optional<Path> labelFile,
        boolean strict,
        Optional<ImageSize> common) {
    /** An image size that resizes no image; all must then be squares of one size. */
    public static final int AS_STORED = 0;

    /** As {@link #AS_STORED}, of one size that need not be square; for streams alone. */
    public static final int ANY_SHAPE = Integer.MIN_VALUE;

    private static final int RGB = 3;

    public DatasetOptions {
        if (imageSize < 0 && imageSize != ANY_SHAPE) {
            throw new UserError("An image size is a number of pixels, not " + imageSize + ".");
        }
        if (channels < 1) {
            throw new IllegalArgumentException("Images have at least 1 channel, not " + channels + ".");
        }
        Objects.requireNonNull(split);
        Objects.requireNonNull(layout);
        Objects.requireNonNull(range);
        Objects.requireNonNull(labels);
    }

    /** Arrays of integers, labels as the images have them. */
    public DatasetOptions(int imageSize, int channels, Split split, ArrayLayout layout, boolean strict) {
        this(
                imageSize,
                channels,
                split,
                layout,
                ValueRange.INTEGERS,
                LabelConvention.AUTO,
                Optional.empty(),
                strict,
                Optional.empty());
    }

    /** RGB images; arrays [N, height, width, 3]; image files that cannot be used are left out. */
    public DatasetOptions(int imageSize, Split split) {
        this(imageSize, RGB, split, ArrayLayout.HWC, false);
    }

    /** RGB images of one size, of the training split. */
    public static DatasetOptions ofSize(int imageSize) {
        return new DatasetOptions(imageSize, Split.TRAIN);
    }

    /** The same with images of another size. */
    public DatasetOptions withSize(int newImageSize) {
        return new DatasetOptions(newImageSize, channels, split, layout, range, labels, labelFile, strict, common);
    }

    /** The same with another size for image files of several sizes. */
    public DatasetOptions withCommon(Optional<ImageSize> newCommon) {
        return new DatasetOptions(imageSize, channels, split, layout, range, labels, labelFile, strict, newCommon);
    }

    /** Whether images keep their size. */
    boolean keepsSize() {
        return imageSize <= AS_STORED;
    }

    /** The same with arrays of another layout. */
    public DatasetOptions withLayout(ArrayLayout newLayout) {
        return new DatasetOptions(imageSize, channels, split, newLayout, range, labels, labelFile, strict, common);
    }

    /** The same with images of another number of channels. */
    public DatasetOptions withChannels(int newChannels) {
        return new DatasetOptions(imageSize, newChannels, split, layout, range, labels, labelFile, strict, common);
    }

    /** The same with other labels. */
    public DatasetOptions withLabels(LabelConvention newLabels) {
        return new DatasetOptions(imageSize, channels, split, layout, range, newLabels, labelFile, strict, common);
    }

    /** The same with labels from a CSV file, if there is one. */
    public DatasetOptions withLabelFile(Optional<Path> csv) {
        return new DatasetOptions(imageSize, channels, split, layout, range, labels, csv, strict, common);
    }

    /** The same with other meanings of the values of arrays. */
    public DatasetOptions withRange(ValueRange newRange) {
        return new DatasetOptions(imageSize, channels, split, layout, newRange, labels, labelFile, strict, common);
    }
}
