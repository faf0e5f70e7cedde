package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.training.RoundSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How workers train together, and what is measured of it. */
final class RoundOptions {
    @Option(
            names = "--workers",
            paramLabel = "W",
            converter = Range.AtLeastOne.class,
            description =
                    "Workers, each a task of every round. Worker w takes for its step s the batch of step s*W+w of one machine.")
    private @Nullable Integer workers;

    @Option(
            names = "--inner-steps",
            paramLabel = "H",
            converter = Range.LongAtLeastOne.class,
            defaultValue = "500",
            description =
                    "Steps that a worker takes in a round, before weights are exchanged (default ${DEFAULT-VALUE}, as published).")
    private long innerSteps;

    @Option(
            names = "--outer-lr",
            paramLabel = "RATE",
            converter = Range.Positive.class,
            defaultValue = "0.7",
            description = "Learning rate of the outer optimizer (default ${DEFAULT-VALUE}, as published).")
    private double outerRate;

    @Option(
            names = "--outer-momentum",
            paramLabel = "M",
            converter = Range.Fraction.class,
            defaultValue = "0.9",
            description = "Nesterov momentum of the outer optimizer, below 1 (default ${DEFAULT-VALUE}, as published).")
    private double outerMomentum;

    @Option(
            names = "--rounds",
            paramLabel = "R",
            converter = Range.LongAtLeastOne.class,
            description = "Rounds, those already done included; in place of --steps.")
    private @Nullable Long rounds;

    @Option(
            names = "--val-data",
            paramLabel = "LOCATION",
            description =
                    "Images to validate the common weights with, as --data; of IDX files the test part. The driver computes"
                            + " val_loss on the same images with the same noise each time.")
    @Nullable
    String validationData;

    @Option(
            names = "--val-samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "256",
            description = "Images of --val-data, rounded up to whole batches (default ${DEFAULT-VALUE}).")
    int validationSamples;

    @Option(
            names = "--val-interval",
            paramLabel = "R",
            converter = Range.LongAtLeastOne.class,
            defaultValue = "1",
            description = "Rounds between two validations (default ${DEFAULT-VALUE}).")
    long validationInterval;

    /** @throws UserError if there is no number of workers, or a value is out of its range */
    RoundSettings settings() {
        if (workers == null) {
            throw new UserError("Give the number of workers: --workers W.");
        }
        if (outerMomentum == 1) {
            throw new UserError("--outer-momentum must be below 1, not 1: a momentum of 1 never slows down.");
        }
        return new RoundSettings(workers, innerSteps, outerRate, outerMomentum);
    }

    /**
     * The steps that were asked for in rounds; null if they were not.
     *
     * @param steps of --steps
     * @throws UserError if both were given
     */
    @Nullable
    Long steps(@Nullable Long steps) {
        if (rounds != null && steps != null) {
            throw new UserError("--steps and --rounds both say how long to train: give one.");
        }
        return rounds == null ? steps : Long.valueOf(Math.multiplyExact(rounds, innerSteps));
    }
}
