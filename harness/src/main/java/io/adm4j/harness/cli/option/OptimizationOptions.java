package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.TrainingSettings;
import java.util.List;
import picocli.CommandLine.Option;

/** How a network is trained, whatever it is. */
public final class OptimizationOptions {
    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "32",
            description = "Images per step (default ${DEFAULT-VALUE}).")
    int batchSize;

    @Option(
            names = "--microbatch",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            description = "Images per pass; smaller passes need less memory (default: the whole batch).")
    Integer microbatch;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            converter = Range.Positive.class,
            defaultValue = "1e-3",
            description = "Learning rate of AdamW (default ${DEFAULT-VALUE}).")
    double learningRate;

    @Option(
            names = "--weight-decay",
            paramLabel = "RATE",
            converter = Range.NonNegative.class,
            defaultValue = "0",
            description = "Weight decay of AdamW (default ${DEFAULT-VALUE}).")
    double weightDecay;

    @Option(
            names = "--lr-warmup-steps",
            paramLabel = "N",
            converter = Range.LongAtLeastZero.class,
            defaultValue = "100",
            description = "Steps over which the learning rate grows from 0 (default ${DEFAULT-VALUE}).")
    long warmupSteps;

    @Option(
            names = "--lr-anneal-steps",
            paramLabel = "N",
            converter = Range.LongAtLeastZero.class,
            defaultValue = "0",
            description = "Steps over which the learning rate falls to 0; 0 keeps it (default ${DEFAULT-VALUE}).")
    long annealSteps;

    @Option(
            names = "--ema-rate",
            split = ",",
            paramLabel = "RATE",
            converter = Range.OpenFraction.class,
            defaultValue = "0.995",
            description = "Decay rates of the moving averages of the weights (default ${DEFAULT-VALUE}).")
    List<Double> emaRates;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of weights, image order, timesteps and noise (default ${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--flip", description = "Mirror images left to right half of the time.")
    boolean flip;

    /**
     * The settings that run.json keeps.
     *
     * @throws UserError if a moving average is given twice
     */
    TrainingSettings settings() {
        for (double rate : emaRates) {
            if (emaRates.indexOf(rate) != emaRates.lastIndexOf(rate)) {
                throw new UserError("--ema-rate has the rate " + rate + " twice: give each once.");
            }
        }
        return new TrainingSettings(
                batchSize,
                microbatch == null ? batchSize : Math.min(microbatch, batchSize),
                learningRate,
                weightDecay,
                warmupSteps,
                annealSteps,
                emaRates,
                seed,
                flip);
    }
}
