package io.adm4j.harness.cli.option;

import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import picocli.CommandLine.Option;

/** How images are sampled. */
public final class SamplerOptions {
    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            defaultValue = SamplingSettings.DEFAULT_SAMPLER,
            description = "ddim or ddpm (default ${DEFAULT-VALUE}).")
    private String sampler;

    @Option(
            names = "--steps",
            paramLabel = "STEPS",
            defaultValue = SamplingSettings.DEFAULT_STEPS,
            description =
                    "A number of steps, evenly spaced; numbers for equal sections of the process (90+60+60+20+20); or"
                            + " every k-th timestep (ddim25)"
                            + " (default ${DEFAULT-VALUE}).")
    private String steps;

    @Option(
            names = "--eta",
            paramLabel = "ETA",
            converter = Range.Fraction.class,
            defaultValue = "0",
            description = "Noise of DDIM, 0 to 1 (default ${DEFAULT-VALUE}).")
    private double eta;

    @Option(
            names = "--classifier-scale",
            paramLabel = "SCALE",
            defaultValue = "0",
            description = "Strength of the classifier's guidance; 0 does not run it (default ${DEFAULT-VALUE}).")
    private double classifierScale;

    @Option(
            names = "--clip-denoised",
            paramLabel = "BOOL",
            arity = "1",
            defaultValue = "true",
            description = "Clip predictions of x_0 to [-1, 1] (default ${DEFAULT-VALUE}).")
    private boolean clipDenoised;

    /** @throws io.adm4j.sampling.SampleRequestException if a value cannot be used */
    public SamplingSettings settings() {
        return new SamplingSettings(
                SamplerKind.of(sampler), StepChoice.parse(steps), eta, classifierScale, clipDenoised);
    }

    /** Whether predictions of x_0 are clipped. */
    public boolean clipsDenoised() {
        return clipDenoised;
    }
}
