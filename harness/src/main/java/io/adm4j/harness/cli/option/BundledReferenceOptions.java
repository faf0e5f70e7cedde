package io.adm4j.harness.cli.option;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Real images that a bundle brings along, for scores. */
public final class BundledReferenceOptions {
    @Option(
            names = "--reference",
            paramLabel = "PATH",
            description = "Real images to add to the bundle, for scores; of IDX files the test part.")
    public Path path;

    @Option(
            names = "--reference-samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "2000",
            description = "Number of images of --reference, from the first (default ${DEFAULT-VALUE}).")
    public int samples;
}
