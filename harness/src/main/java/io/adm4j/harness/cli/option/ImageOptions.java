package io.adm4j.harness.cli.option;

import io.adm4j.harness.data.ArrayLayout;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.data.ValueRange;
import picocli.CommandLine.Option;

/** How images are read. */
public class ImageOptions {
    private static final int RGB = 3;

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            defaultValue = "hwc",
            converter = OfArrays.class,
            description =
                    "Dimensions of an array of images: hwc or nhwc for [N, height, width, channels], chw or nchw for"
                            + " [N, channels, height, width] (default ${DEFAULT-VALUE}).")
    private ArrayLayout layout;

    @Option(
            names = "--range",
            paramLabel = "RANGE",
            defaultValue = "integers",
            converter = OfValues.class,
            description =
                    "What the values of an array of floats mean: 0..1, -1..1, 0..255, or integers from 0 to 255, which refuses"
                            + " others (default ${DEFAULT-VALUE}). Arrays of integers and image files have 0 to 255.")
    private ValueRange range;

    @Option(
            names = "--strict",
            description =
                    "Refuse a folder or zip with an image file that cannot be used. Without this option such files"
                            + " are named, counted and left out.")
    private boolean strict;

    /** What the values of arrays of floating-point numbers mean. */
    public ValueRange range() {
        return range;
    }

    /** The order of the dimensions of arrays. */
    public ArrayLayout layout() {
        return layout;
    }

    /**
     * Options for RGB images that arrays hold in the order that was asked for.
     *
     * @param imageSize in pixels, or {@link DatasetOptions#AS_STORED}
     */
    public DatasetOptions of(int imageSize, Split split) {
        return of(imageSize, split, layout);
    }

    /** Options for RGB images that arrays hold in another order than was asked for: that of their kind of file. */
    public DatasetOptions of(int imageSize, Split split, ArrayLayout stored) {
        return new DatasetOptions(imageSize, RGB, split, stored, strict).withRange(range);
    }

    /** Layouts by their names. */
    private static final class OfArrays extends NameConverter<ArrayLayout> {
        OfArrays() {
            super(ArrayLayout::of);
        }
    }

    /** Ranges by their names. */
    private static final class OfValues extends NameConverter<ValueRange> {
        OfValues() {
            super(ValueRange::of);
        }
    }
}
