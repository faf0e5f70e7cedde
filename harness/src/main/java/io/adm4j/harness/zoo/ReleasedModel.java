package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.ClassifierGraph;
import io.adm4j.export.recipe.NetworkGraph;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.StepChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A model that was published with the paper.
 *
 * @param name its name in adm4j
 * @param about one line of description
 * @param denoiser the network, with the flags of the diffusion process
 * @param classifier the noisy classifier that guides it
 * @param upsamples for an upsampler the model whose images it upsamples
 * @param reference name of the file with its dataset's statistics
 * @param settings how the published code samples from it, the best first
 * @param results what the paper reports, the best first
 */
public record ReleasedModel(
        String name,
        String about,
        ReleasedNetwork denoiser,
        Optional<ReleasedNetwork> classifier,
        Optional<String> upsamples,
        String reference,
        List<PublishedSampling> settings,
        List<PublishedResult> results) {

    static ReleasedModel fromJson(JsonNode json) {
        List<PublishedSampling> settings = new ArrayList<>();
        json.get("settings").forEach(s -> settings.add(PublishedSampling.fromJson(s)));
        List<PublishedResult> results = new ArrayList<>();
        json.get("results").forEach(r -> results.add(PublishedResult.fromJson(r)));
        JsonNode classifier = json.path("classifier");
        return new ReleasedModel(
                json.get("name").asText(),
                json.get("about").asText(),
                new ReleasedNetwork(
                        json.get("weights").asText(),
                        (ObjectNode) json.get("flags"),
                        flags -> NetworkGraph.of(UNetConfig.fromFlags(flags), Precision.FP32)
                                .parameters()),
                classifier.isObject()
                        ? Optional.of(new ReleasedNetwork(
                                classifier.get("weights").asText(),
                                (ObjectNode) classifier.get("flags"),
                                flags -> ClassifierGraph.of(ClassifierConfig.fromFlags(flags))
                                        .parameters()))
                        : Optional.empty(),
                Optional.ofNullable(json.path("upsamples").textValue()),
                json.get("reference").asText(),
                List.copyOf(settings),
                List.copyOf(results));
    }

    /** Height and width of its images. */
    public int imageSize() {
        return config().imageSize();
    }

    /** Whether the denoiser takes labels. */
    public boolean classConditional() {
        return config().classConditional();
    }

    /** Whether there are classes to choose from, by the denoiser or by guidance. */
    public boolean hasClasses() {
        return classConditional() || classifier.isPresent();
    }

    /** The published guidance scale for a sampler and its steps; empty if none was published. */
    public OptionalDouble guidanceScale(SamplerKind sampler, StepChoice steps) {
        return settings.stream()
                .filter(s -> s.is(sampler, steps))
                .map(PublishedSampling::classifierScale)
                .findFirst()
                .orElse(OptionalDouble.empty());
    }

    private UNetConfig config() {
        return UNetConfig.fromFlags(denoiser.flags());
    }
}
