package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.StepChoice;
import java.util.OptionalDouble;

/**
 * Settings of the published sampling scripts.
 *
 * @param classifierScale guidance scale; empty without guidance
 */
public record PublishedSampling(SamplerKind sampler, StepChoice steps, OptionalDouble classifierScale) {

    static PublishedSampling fromJson(JsonNode json) {
        JsonNode scale = json.path("classifier_scale");
        return new PublishedSampling(
                SamplerKind.of(json.get("sampler").asText()),
                StepChoice.parsePublished(json.get("steps").asText()),
                scale.isNumber() ? OptionalDouble.of(scale.asDouble()) : OptionalDouble.empty());
    }

    /** The settings under their published names. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("sampler", sampler.key())
                .put("steps", steps.published());
        classifierScale.ifPresent(scale -> json.put("classifier_scale", scale));
        return json;
    }

    /** Whether it is the sampler with that number of steps. */
    boolean is(SamplerKind otherSampler, StepChoice otherSteps) {
        return sampler == otherSampler && steps.equals(otherSteps);
    }

    /** The options of {@code harness sample}. */
    public String options() {
        String guided = classifierScale.isPresent() ? " --classifier-scale " + classifierScale.getAsDouble() : "";
        return "--sampler " + sampler + " --steps " + steps + guided;
    }
}
