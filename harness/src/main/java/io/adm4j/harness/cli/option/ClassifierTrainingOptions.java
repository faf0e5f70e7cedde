package io.adm4j.harness.cli.option;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What is special about training a classifier on one machine. */
public final class ClassifierTrainingOptions extends ClassifierOptions {
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
