package io.adm4j.function.service;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.feedback.Quoted;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a request that comes as JSON; all doors that take JSON refuse the same in the same words. */
public final class JsonFields {
    private JsonFields() {}

    /**
     * Reads the fields.
     *
     * @param json may be missing, for a request without fields
     * @param what the JSON's name in messages, at the beginning of a sentence
     * @return by name; a value that is null in JSON is null here
     * @throws Refusal if it is no object, or a field is no number or text
     */
    public static Map<String, String> of(@Nullable JsonNode json, String what) {
        Map<String, String> fields = new HashMap<>();
        if (json == null || json.isNull() || json.isMissingNode()) {
            return fields;
        }
        requireObject(json, what);
        requireValues(json);
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            JsonNode value = field.getValue();
            fields.put(field.getKey(), value.isNull() ? null : value.asText());
        }
        return fields;
    }

    /**
     * Checks that JSON is an object.
     *
     * @param what its name in the message, at the beginning of a sentence
     * @throws Refusal if not
     */
    public static void requireObject(JsonNode json, String what) {
        if (!json.isObject()) {
            throw Refusal.badInput(what + " must be a JSON object such as {\"label\": \"boot\", \"seed\": 1}.");
        }
    }

    /**
     * Checks that each field of an object is one value.
     *
     * @throws Refusal if one is an array or object
     */
    public static void requireValues(JsonNode object) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (field.getValue().isContainerNode()) {
                throw Refusal.badInput(
                        "Field " + Quoted.of(field.getKey()) + " must be one number or text, not an array or object.");
            }
        }
    }
}
