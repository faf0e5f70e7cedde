package io.adm4j.harness.cli.option;

import java.nio.file.Path;
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

    @Option(
            names = "--val-data",
            paramLabel = "PATH",
            description =
                    "Images to validate with, in any form that --data takes: loss and accuracy on a batch of them are"
                            + " logged as val_loss, val_accuracy and so on; training does not depend on them.")
    public Path validationData;

    @Option(
            names = "--val-interval",
            paramLabel = "N",
            converter = Range.LongAtLeastOne.class,
            defaultValue = "10",
            description = "Steps between two validations (default ${DEFAULT-VALUE}; 5 in the published script).")
    public long validationInterval;
}
