package io.adm4j.harness.cli.option;

import io.adm4j.harness.data.ArrayLayout;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import picocli.CommandLine.Option;

/** How images are read. */
public final class ImageOptions {
    private static final int RGB = 3;

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            defaultValue = "HWC",
            description =
                    "Dimensions of an array of images: HWC for [N, height, width, channels], CHW for [N, channels, height, width]"
                            + " (default ${DEFAULT-VALUE}).")
    private ArrayLayout layout;

    @Option(
            names = "--strict",
            description =
                    "Refuse a folder or zip with an image file that cannot be used. Without this option such files"
                            + " are named, counted and left out.")
    private boolean strict;

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
        return new DatasetOptions(imageSize, RGB, split, stored, strict);
    }
}
