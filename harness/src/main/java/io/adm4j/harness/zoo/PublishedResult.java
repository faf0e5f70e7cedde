package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the paper reports of a model, on 50,000 samples.
 *
 * @param of how the samples were generated
 * @param scores by key: fid, sfid, precision, recall, inception_score
 */
public record PublishedResult(String of, Map<String, Double> scores) {

    static PublishedResult fromJson(JsonNode json) {
        Map<String, Double> scores = new LinkedHashMap<>();
        json.get("scores")
                .properties()
                .forEach(s -> scores.put(s.getKey(), s.getValue().asDouble()));
        return new PublishedResult(json.get("of").asText(), scores);
    }

    /** How the samples were generated, and the scores by key. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("of", of);
        scores.forEach(json.putObject("scores")::put);
        return json;
    }

    /** One of the scores, if it was published. */
    public OptionalDouble score(String key) {
        Double value = scores.get(key);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
