package io.adm4j.harness.cli.option;

import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a run with one sampler takes; both settings are the bundle's where they are not given. */
abstract class OneSamplerOptions extends ReverseProcessOptions {
    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            description = SAMPLERS + " (default: the bundle's, else " + SamplingSettings.DEFAULT_SAMPLER + ").")
    private @Nullable String sampler;

    @Option(
            names = "--steps",
            paramLabel = "STEPS",
            description = STEPS + " (default: the bundle's, else " + SamplingSettings.DEFAULT_STEPS + ").")
    private @Nullable String steps;

    /** What holds for the chosen sampler where an option is not given. */
    final SamplingSettings standard(SamplingDefaults defaults) {
        return defaults.over(
                SamplingSettings.defaults(), Optional.ofNullable(sampler).map(SamplerKind::of));
    }

    /** The steps, if they were given. */
    final @Nullable StepChoice choice() {
        return steps == null ? null : StepChoice.parse(steps);
    }
}
