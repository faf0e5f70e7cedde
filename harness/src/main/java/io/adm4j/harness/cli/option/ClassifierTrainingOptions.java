package io.adm4j.harness.cli.option;

import picocli.CommandLine.Option;

/** What is special about training a classifier. */
public final class ClassifierTrainingOptions {
    @Option(names = "--no-noise", description = "Train on plain images at timestep 0.")
    public boolean noNoise;

    @Option(
            names = "--random-crop",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description =
                    "Cut 0.8 to 1 of the shorter side out of each image at a random place, as the published trainer does.")
    public Boolean randomCrop;
}
