package io.adm4j.harness.cli.option;

import picocli.CommandLine.Option;

/** The published flags of the diffusion process. */
public class DiffusionFlags implements FlagGroup {
    @Option(
            names = "--diffusion-steps",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Timesteps of the process (default ${DEFAULT-VALUE}).")
    Integer diffusionSteps;

    @Option(
            names = "--noise-schedule",
            paramLabel = "NAME",
            defaultValue = "cosine",
            description = "linear or cosine (default ${DEFAULT-VALUE}).")
    String noiseSchedule;

    @Option(
            names = "--predict-xstart",
            arity = "1",
            paramLabel = "BOOL",
            description = "Predict x_0 instead of the noise (default: false, as published).")
    Boolean predictXstart;

    @Option(
            names = "--use-kl",
            arity = "1",
            paramLabel = "BOOL",
            description = "Train on the variational bound alone (default: false, as published).")
    Boolean useKl;

    @Option(
            names = "--rescale-learned-sigmas",
            arity = "1",
            paramLabel = "BOOL",
            description = "Scale the bound in the hybrid loss by steps/1000 (default: false, as published).")
    Boolean rescaleLearnedSigmas;

    @Option(
            names = "--rescale-timesteps",
            arity = "1",
            paramLabel = "BOOL",
            description = "Scale the timesteps that networks see to 0...1000 (default: false, as published).")
    Boolean rescaleTimesteps;
}
