package io.adm4j.harness.cli.option;

import io.adm4j.sampling.SamplingSettings;
import picocli.CommandLine.Option;

/** How images are sampled. */
public final class SamplerOptions {
    @Option(names = "--sampler", defaultValue = "ddim", description = "ddim or ddpm (default ${DEFAULT-VALUE}).")
    String sampler;

    @Option(
            names = "--steps",
            defaultValue = "25",
            description = "A number of steps, numbers by section (90,60,60,20,20) or ddimN (default ${DEFAULT-VALUE}).")
    String steps;

    @Option(names = "--eta", defaultValue = "0", description = "Noise of DDIM, 0 to 1 (default ${DEFAULT-VALUE}).")
    double eta;

    @Option(
            names = "--classifier-scale",
            defaultValue = "0",
            description = "Strength of the classifier's guidance; 0 does not run it (default ${DEFAULT-VALUE}).")
    double classifierScale;

    @Option(
            names = "--clip-denoised",
            arity = "1",
            defaultValue = "true",
            description = "Clip predictions of x_0 to [-1, 1] (default ${DEFAULT-VALUE}).")
    public boolean clipDenoised;

    /** @throws IllegalArgumentException if an option has a value that it cannot have */
    public SamplingSettings settings() {
        return new SamplingSettings(sampler, steps, eta, classifierScale, clipDenoised);
    }
}
