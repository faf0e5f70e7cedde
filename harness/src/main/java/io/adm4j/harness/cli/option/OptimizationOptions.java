package io.adm4j.harness.cli.option;

import java.util.List;
import picocli.CommandLine.Option;

/** How a network is trained, whatever it is. The options have the names of the published scripts. */
public final class OptimizationOptions {
    @Option(
            names = "--batch-size",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "32",
            description = "Images per step (default ${DEFAULT-VALUE}).")
    Integer batchSize;

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
    Double learningRate;

    @Option(
            names = "--weight-decay",
            paramLabel = "RATE",
            converter = Range.NonNegative.class,
            defaultValue = "0",
            description = "Weight decay of AdamW (default ${DEFAULT-VALUE}).")
    Double weightDecay;

    @Option(
            names = "--lr-warmup-steps",
            paramLabel = "N",
            converter = Range.LongAtLeastZero.class,
            defaultValue = "100",
            description = "Steps over which the learning rate grows from 0 (default ${DEFAULT-VALUE}).")
    Long warmupSteps;

    @Option(
            names = "--lr-anneal-steps",
            paramLabel = "N",
            converter = Range.LongAtLeastZero.class,
            defaultValue = "0",
            description = "Steps over which the learning rate falls to 0; 0 keeps it (default ${DEFAULT-VALUE}).")
    Long annealSteps;

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
    Long seed;

    @Option(
            names = "--flip",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "Mirror images left to right half of the time.")
    Boolean flip;

    @Option(
            names = "--anneal-lr",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOL",
            description = "Let the learning rate fall to 0 over --iterations, instead of --lr-anneal-steps.")
    Boolean annealLr;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            converter = Range.LongAtLeastOne.class,
            description = "Steps of the whole training, which may stop before at --steps (default: --steps).")
    Long iterations;
}
