package io.adm4j.harness.cli.option;

import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import picocli.CommandLine.Option;

/** What every run of a reverse process takes, whether one setting is sampled or several are compared. */
abstract class ReverseProcessOptions {
    /** Of the values of --steps and --upsampler-steps. */
    static final String STEPS = "A number of steps, evenly spaced; numbers for equal sections of the process"
            + " (90+60+60+20+20); or every k-th timestep (ddim25)";

    /** Of --sampler and --upsampler-sampler. */
    static final String SAMPLERS = "ddim or ddpm (default ${DEFAULT-VALUE}).";

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            defaultValue = SamplingSettings.DEFAULT_SAMPLER,
            description = SAMPLERS)
    String sampler;

    @Option(
            names = "--eta",
            paramLabel = "ETA",
            converter = Range.Fraction.class,
            defaultValue = "0",
            description = "Noise of DDIM, 0 to 1 (default ${DEFAULT-VALUE}).")
    double eta;

    @Option(
            names = "--clip-denoised",
            paramLabel = "BOOL",
            arity = "1",
            defaultValue = "true",
            description = "Clip predictions of x_0 to [-1, 1] (default ${DEFAULT-VALUE}).")
    private boolean clipDenoised;

    /** @throws io.adm4j.sampling.SampleRequestException if a value cannot be used */
    final SamplingSettings settings(StepChoice steps, double classifierScale) {
        return new SamplingSettings(SamplerKind.of(sampler), steps, eta, classifierScale, clipDenoised);
    }

    /** Whether predictions of x_0 are clipped. */
    public final boolean clipsDenoised() {
        return clipDenoised;
    }
}
