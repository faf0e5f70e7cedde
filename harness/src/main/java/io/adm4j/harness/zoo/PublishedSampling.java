package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;

/**
 * Settings of the published sampling scripts.
 *
 * @param sampler "ddpm" or "ddim"
 * @param steps number of steps, or of each section
 * @param classifierScale guidance scale; empty without guidance
 */
public record PublishedSampling(String sampler, String steps, OptionalDouble classifierScale) {

    static PublishedSampling fromJson(JsonNode json) {
        JsonNode scale = json.path("classifier_scale");
        return new PublishedSampling(
                json.get("sampler").asText(),
                json.get("steps").asText(),
                scale.isNumber() ? OptionalDouble.of(scale.asDouble()) : OptionalDouble.empty());
    }

    /** The settings under their published names. */
    public ObjectNode toJson() {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("sampler", sampler).put("steps", steps);
        classifierScale.ifPresent(scale -> json.put("classifier_scale", scale));
        return json;
    }

    /** Whether it is the sampler with that number of steps. */
    boolean is(String otherSampler, String otherSteps) {
        return sampler.equals(otherSampler) && steps.equals(otherSteps);
    }

    /** The options of {@code harness sample}. */
    public String options() {
        String guided = classifierScale.isPresent() ? " --classifier-scale " + classifierScale.getAsDouble() : "";
        return "--sampler " + sampler + " --steps " + steps + guided;
    }
}
