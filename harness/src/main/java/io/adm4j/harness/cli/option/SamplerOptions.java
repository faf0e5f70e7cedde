package io.adm4j.harness.cli.option;

import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How images are sampled. */
public final class SamplerOptions extends ReverseProcessOptions {
    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            defaultValue = SamplingSettings.DEFAULT_SAMPLER,
            description = SAMPLERS + " (default ${DEFAULT-VALUE}).")
    private String sampler;

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

    /**
     * The settings of the base model.
     *
     * @param upsampling of the second stage, for which the options of solvers count too
     * @throws io.adm4j.feedback.UserError if a value cannot be used
     */
    public SamplingSettings settings(UpsamplerOptions upsampling) {
        SamplerKind kind = SamplerKind.of(sampler);
        List<SamplerKind> stages = new ArrayList<>(upsampling.samplers());
        stages.add(kind);
        requireSolver(stages);
        return settings(kind, StepChoice.parse(steps), eta, classifierScale);
    }
}
