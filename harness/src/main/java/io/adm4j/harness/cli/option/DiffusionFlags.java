package io.adm4j.harness.cli.option;

import io.adm4j.harness.bundle.PublishedFlags;
import picocli.CommandLine.Option;

/** The published flags of the diffusion process. */
public final class DiffusionFlags {
    @Option(names = "--diffusion-steps", description = "Timesteps of the process (1000).")
    Integer diffusionSteps;

    @Option(names = "--noise-schedule", description = "linear or cosine (cosine).")
    String noiseSchedule;

    @Option(names = "--learn-sigma", arity = "1", description = "Learn the variance, by the hybrid loss (true).")
    Boolean learnSigma;

    @Option(names = "--predict-xstart", arity = "1", description = "Predict x_0 instead of the noise (false).")
    Boolean predictXstart;

    @Option(names = "--use-kl", arity = "1", description = "Train on the variational bound alone (false).")
    Boolean useKl;

    @Option(
            names = "--rescale-learned-sigmas",
            arity = "1",
            description = "Scale the bound in the hybrid loss by steps/1000 (false).")
    Boolean rescaleLearnedSigmas;

    @Option(names = "--rescale-timesteps", arity = "1", description = "Show networks timesteps out of 1000 (false).")
    Boolean rescaleTimesteps;

    public void addTo(PublishedFlags flags) {
        flags.with("diffusion_steps", diffusionSteps)
                .with("noise_schedule", noiseSchedule)
                .with("learn_sigma", learnSigma)
                .with("predict_xstart", predictXstart)
                .with("use_kl", useKl)
                .with("rescale_learned_sigmas", rescaleLearnedSigmas)
                .with("rescale_timesteps", rescaleTimesteps);
    }
}
