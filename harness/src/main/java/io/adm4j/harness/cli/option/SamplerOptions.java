package io.adm4j.harness.cli.option;

import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import picocli.CommandLine.Option;

/** How images are sampled. */
public final class SamplerOptions extends ReverseProcessOptions {
    @Option(
            names = "--steps",
            paramLabel = "STEPS",
            defaultValue = SamplingSettings.DEFAULT_STEPS,
            description = STEPS + " (default ${DEFAULT-VALUE}).")
    private String steps;

    @Option(
            names = "--classifier-scale",
            paramLabel = "SCALE",
            defaultValue = "0",
            description = "Strength of the classifier's guidance; 0 does not run it (default ${DEFAULT-VALUE}).")
    private double classifierScale;

    /** @throws io.adm4j.sampling.SampleRequestException if a value cannot be used */
    public SamplingSettings settings() {
        return settings(StepChoice.parse(steps), classifierScale);
    }
}
