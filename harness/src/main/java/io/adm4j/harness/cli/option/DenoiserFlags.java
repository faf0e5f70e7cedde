package io.adm4j.harness.cli.option;

import picocli.CommandLine.Option;

/** The published flags of a denoiser. */
public final class DenoiserFlags extends UNetFlags {
    @Option(
            names = "--image-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "Height and width in pixels (default ${DEFAULT-VALUE}).")
    Integer imageSize;
}
