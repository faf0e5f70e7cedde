package io.adm4j.harness.cli.option;

import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How images are sampled. */
public final class SamplerOptions extends OneSamplerOptions {
    @Option(
            names = "--classifier-scale",
            paramLabel = "SCALE",
            description = "Strength of the classifier's guidance; 0 does not run it (default: the bundle's, else 0).")
    private @Nullable Double classifierScale;

    /**
     * The settings of the base model.
     *
     * @param defaults of its bundle
     * @param upsampling of the second stage, for which the options of solvers count too
     * @throws io.adm4j.feedback.UserError if a value cannot be used
     */
    public SamplingSettings settings(SamplingDefaults defaults, UpsamplerOptions upsampling) {
        SamplingSettings standard = standard(defaults);
        List<SamplerKind> stages = new ArrayList<>(upsampling.samplers());
        stages.add(standard.sampler());
        requireSolver(stages);
        return settings(standard, choice(), eta(), classifierScale);
    }
}
