package io.adm4j.harness.cli.option;

import io.adm4j.harness.training.ScheduleSampler;
import picocli.CommandLine.Option;

/** The published flags of the diffusion process and of how its timesteps are sampled for training. */
public final class DiffusionTrainingFlags extends DiffusionFlags {
    @Option(
            names = "--schedule-sampler",
            paramLabel = "NAME",
            defaultValue = "uniform",
            description =
                    "How training samples timesteps: uniform, or loss-second-moment, by the losses of each timestep so far,"
                            + " uniformly until every timestep has 10 (default ${DEFAULT-VALUE}).")
    ScheduleSampler scheduleSampler;
}
