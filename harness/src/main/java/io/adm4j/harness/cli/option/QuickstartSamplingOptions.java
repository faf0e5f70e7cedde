package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepChoice;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the quickstart samples, at several classifier scales. */
public final class QuickstartSamplingOptions extends ReverseProcessOptions {
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

    @Option(
            names = "--classifier-scale",
            split = ",",
            paramLabel = "SCALES",
            defaultValue = "0,1,4",
            description = "Strengths of the guidance to compare (default ${DEFAULT-VALUE}).")
    private List<Double> scales;

    /**
     * The settings at each scale.
     *
     * @param defaults of the bundle
     * @throws io.adm4j.feedback.UserError if a value cannot be used
     */
    public List<SamplingSettings> settings(SamplingDefaults defaults) {
        SamplingSettings standard = defaults.over(
                SamplingSettings.defaults(), Optional.ofNullable(sampler).map(SamplerKind::of));
        requireSolver(List.of(standard.sampler()));
        StepChoice choice = steps == null ? null : StepChoice.parse(steps);
        return scales.stream()
                .map(scale -> settings(standard, choice, eta(), scale))
                .toList();
    }

    /** Settings as the function's requests name them. */
    public static ObjectNode request(SamplingSettings settings) {
        ObjectNode request = JsonNodeFactory.instance
                .objectNode()
                .put("sampler", settings.sampler().key())
                .put("steps", settings.steps().toString())
                .put("classifierScale", settings.classifierScale())
                .put("thresholding", settings.thresholding().kind().key());
        if (settings.sampler().takesEta()) {
            request.put("eta", settings.eta());
        }
        if (settings.thresholding().kind() == Thresholding.Kind.DYNAMIC) {
            request.put("thresholdingRatio", settings.thresholding().ratio());
        }
        if (settings.sampler().solver()) {
            request.put("solverOrder", settings.solver().order())
                    .put("solverMethod", settings.solver().method().key())
                    .put("skipType", settings.solver().skipType().key());
        }
        GuidanceSettings guidance = settings.guidance();
        if (!guidance.everywhere()) {
            request.put("guidanceInterval", guidance.from() + "," + guidance.to());
        }
        return settings.sampler() == SamplerKind.DDPM ? request : request.put("guidanceRescale", guidance.rescale());
    }

    /** Settings as reports name them. */
    public static SamplingPoint point(SamplingSettings settings, long seed) {
        return new SamplingPoint(
                settings.sampler(),
                settings.steps(),
                settings.eta(),
                settings.classifierScale(),
                "all",
                seed,
                UnusualSettings.of(settings));
    }
}
