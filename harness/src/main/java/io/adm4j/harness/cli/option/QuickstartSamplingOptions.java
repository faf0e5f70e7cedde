package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.SettingsText;
import java.util.List;
import picocli.CommandLine.Option;

/** How the quickstart samples, at several classifier scales. */
public final class QuickstartSamplingOptions extends OneSamplerOptions {
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
        SamplingSettings standard = standard(defaults);
        requireSolver(List.of(standard.sampler()));
        return scales.stream()
                .sorted()
                .map(scale -> settings(standard, choice(), eta(), scale))
                .toList();
    }

    /** Settings as the function's requests name them. */
    public static ObjectNode request(SamplingSettings settings) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        SettingsText.write(settings).forEach((field, text) -> request.put(field.key(), text));
        return request;
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
