package io.adm4j.function.inference;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.ImageKeys;
import io.adm4j.function.service.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An inference request.
 *
 * @param id identifier that the response repeats
 * @param fields the fields of a sampling request that hold for all images
 * @param keys seeds and labels of each image
 * @param outputs the outputs that are wanted, in this order
 */
record InferenceRequest(Optional<String> id, Map<String, String> fields, ImageKeys keys, List<Output> outputs) {
    /** The header that gives the length of the JSON if bytes follow it. */
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private static final String BINARY_OUTPUT = "binary_data_output";
    private static final Set<String> MEMBERS = Set.of("id", "parameters", "inputs", "outputs");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * An output that is wanted.
     *
     * @param binary whether its data are bytes after the JSON
     * @param named whether the request names it, rather than none to have all
     */
    record Output(String name, boolean binary, boolean named) {}

    /**
     * Reads the body of a request.
     *
     * @param jsonLength the header {@value #JSON_LENGTH}, if it was sent
     * @throws Refusal with what is wrong
     */
    static InferenceRequest read(byte[] body, @Nullable String jsonLength) {
        int length = jsonLength == null ? body.length : length(jsonLength, body.length);
        JsonNode request = parse(body, length);
        Members.check(request, "the request", MEMBERS);
        ByteBuffer tail = ByteBuffer.wrap(body, length, body.length - length).order(ByteOrder.LITTLE_ENDIAN);
        JsonNode parameters = request.path("parameters");
        Map<String, String> fields = parameters(parameters);
        List<String> seeds = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (JsonNode input : array(request.path("inputs"), "inputs", true)) {
            InputTensor tensor = InputTensor.read(input, tail);
            String name = tensor.name();
            List<String> many = name.equals(ModelTensors.SEED) ? seeds : labels;
            if (fields.containsKey(name) || ModelTensors.input(name).perImage() && !many.isEmpty()) {
                throw Refusal.badInput(Quoted.of(name) + " must be given once.");
            }
            if (tensor.values().size() > 1) {
                many.addAll(tensor.values());
            } else {
                fields.put(name, tensor.values().get(0));
            }
        }
        if (tail.hasRemaining()) {
            throw Refusal.badInput("The inputs must have a binary_data_size for all bytes after the JSON: "
                    + tail.remaining() + " belong to none.");
        }
        return new InferenceRequest(
                id(request), fields, new ImageKeys(seeds, labels), outputs(request.path("outputs"), parameters));
    }

    private static int length(String header, int most) {
        try {
            int length = Integer.parseInt(header.strip());
            if (length >= 0 && length <= most) {
                return length;
            }
        } catch (NumberFormatException e) {
            // The same sentence serves what is no number and what is out of range.
        }
        throw Refusal.badInput("The header " + JSON_LENGTH + " must be the length of the JSON in bytes, at most " + most
                + ", not " + Quoted.of(header) + ".");
    }

    private static JsonNode parse(byte[] body, int length) {
        try {
            JsonNode request = JSON.readTree(body, 0, length);
            if (request.isObject()) {
                return request;
            }
        } catch (IOException e) {
            throw Refusal.badInput(
                    "The body must be JSON, and any bytes after it need the header " + JSON_LENGTH + ".");
        }
        throw Refusal.badInput("The body must be a JSON object with the array inputs.");
    }

    private static Optional<String> id(JsonNode request) {
        return request.has("id") ? Optional.of(Members.text(request, "id", "the request")) : Optional.empty();
    }

    private static Map<String, String> parameters(JsonNode parameters) {
        Set<String> allowed = new HashSet<>(ModelTensors.fields());
        allowed.add(BINARY_OUTPUT);
        Members.check(parameters, "the parameters", allowed);
        Map<String, String> fields = new HashMap<>();
        for (Map.Entry<String, JsonNode> parameter : parameters.properties()) {
            if (!parameter.getValue().isValueNode() || parameter.getValue().isNull()) {
                throw Refusal.badInput(
                        "The parameter " + parameter.getKey() + " must be one number, text or truth value.");
            }
            if (!parameter.getKey().equals(BINARY_OUTPUT)) {
                fields.put(parameter.getKey(), parameter.getValue().asText());
            }
        }
        return fields;
    }

    private static JsonNode array(JsonNode value, String name, boolean required) {
        if (!value.isArray() && (required || !value.isMissingNode())) {
            throw Refusal.badInput(name + " must be an array" + (required ? "; it may be empty." : "."));
        }
        return value;
    }

    private static List<Output> outputs(JsonNode wanted, JsonNode parameters) {
        boolean standard = Members.truth(parameters, BINARY_OUTPUT, false);
        List<Output> outputs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode output : array(wanted, "outputs", false)) {
            Members.check(output, "an output", Set.of("name", "parameters"));
            String name = Members.text(output, "name", "an output");
            if (!ModelTensors.OUTPUTS.contains(name) || !names.add(name)) {
                throw Refusal.badInput("The outputs must be some of " + String.join(", ", ModelTensors.OUTPUTS)
                        + ", each once, not " + Quoted.of(name) + ".");
            }
            Members.check(output.path("parameters"), "the parameters of " + name, Set.of("binary_data"));
            outputs.add(new Output(name, Members.truth(output.path("parameters"), "binary_data", standard), true));
        }
        if (outputs.isEmpty()) {
            ModelTensors.OUTPUTS.forEach(name -> outputs.add(new Output(name, standard, false)));
        }
        return outputs;
    }
}
