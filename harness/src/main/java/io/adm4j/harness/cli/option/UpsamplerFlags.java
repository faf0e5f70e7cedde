package io.adm4j.harness.cli.option;

import picocli.CommandLine.Option;

/** The published flags of an upsampler. */
public final class UpsamplerFlags extends UNetFlags {
    @Option(
            names = "--large-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Height and width in pixels of the images that it makes (default ${DEFAULT-VALUE}).")
    Integer largeSize;

    @Option(
            names = "--small-size",
            paramLabel = "N",
            defaultValue = "16",
            description =
                    "Height and width in pixels of the images that it upsamples, of which the large ones are a multiple"
                            + " (default ${DEFAULT-VALUE}).")
    Integer smallSize;
}
