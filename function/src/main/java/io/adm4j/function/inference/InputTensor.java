package io.adm4j.function.inference;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.Refusal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An input of an inference request: a field of sampling requests as a tensor.
 *
 * @param name the field
 * @param values its elements as text; one unless the field may have one per image
 */
record InputTensor(String name, List<String> values) {
    /** More elements than any request may have images. */
    private static final int MOST = 1 << 16;

    private static final Set<String> MEMBERS = Set.of("name", "shape", "datatype", "parameters", "data");

    /**
     * Reads an input.
     *
     * @param tail the binary data after the JSON, little-endian; moved past this input's data if it is there
     * @throws Refusal with what is wrong
     */
    static InputTensor read(JsonNode input, ByteBuffer tail) {
        Members.check(input, "an input", MEMBERS);
        String name = Members.text(input, "name", "an input");
        ModelTensors.Input field = ModelTensors.input(name);
        String datatype = Members.text(input, "datatype", name);
        DataType type = DataType.of(datatype)
                .filter(field::takes)
                .orElseThrow(() -> Refusal.badInput("The datatype of " + name + " must be " + field.allowed() + ", not "
                        + Quoted.of(datatype) + "."));
        int count = count(input.path("shape"), field);
        JsonNode parameters = input.path("parameters");
        Members.check(parameters, "the parameters of " + name, Set.of("binary_data_size"));
        JsonNode size = parameters.path("binary_data_size");
        if (size.isMissingNode() == input.path("data").isMissingNode()) {
            throw Refusal.badInput(name + " must have either data or the parameter binary_data_size.");
        }
        return new InputTensor(
                name,
                size.isMissingNode()
                        ? fromJson(input.path("data"), input.path("shape"), count, type, name)
                        : fromBytes(tail, size, count, type, name));
    }

    /** The number of elements of a shape [N] or [N, 1]; N is 1 unless the field may have one per image. */
    private static int count(JsonNode shape, ModelTensors.Input field) {
        boolean vector = shape.isArray()
                && (shape.size() == 1 || shape.size() == 2 && shape.get(1).asLong() == 1)
                && shape.get(0).isIntegralNumber();
        BigInteger count = vector ? shape.get(0).bigIntegerValue() : BigInteger.ZERO;
        int most = field.perImage() ? MOST : 1;
        if (count.signum() <= 0 || count.compareTo(BigInteger.valueOf(most)) > 0) {
            throw Refusal.badInput("The shape of " + field.name() + " must be "
                    + (field.perImage() ? "[N] or [N, 1] for N images" : "[1]") + ".");
        }
        return count.intValueExact();
    }

    private static List<String> fromJson(JsonNode data, JsonNode shape, int count, DataType type, String name) {
        List<String> values = new ArrayList<>();
        boolean rows = shape.size() == 2 && data.path(0).isArray();
        for (JsonNode element : data) {
            if (rows && element.size() != 1) {
                throw Refusal.badInput("The data of " + name + " must have the shape " + shape + ".");
            }
            values.add(type.read(rows ? element.get(0) : element, name));
        }
        if (!data.isArray() || values.size() != count) {
            throw Refusal.badInput(
                    "The data of " + name + " must be an array of as many values as its shape " + shape + " has.");
        }
        return values;
    }

    private static List<String> fromBytes(ByteBuffer tail, JsonNode size, int count, DataType type, String name) {
        long length = size.isIntegralNumber() && size.canConvertToLong() ? size.longValue() : -1;
        if (length < 0 || length > tail.remaining()) {
            throw Refusal.badInput(
                    "The binary_data_size of " + name + " must be the number of its bytes after the JSON: "
                            + tail.remaining() + " are left, and the header " + InferenceRequest.JSON_LENGTH
                            + " says where they begin.");
        }
        ByteBuffer data = tail.slice(tail.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        tail.position(tail.position() + (int) length);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(type.read(data, name));
        }
        if (data.hasRemaining()) {
            throw Refusal.badInput("The binary data of " + name + " must be as long as its shape and datatype say.");
        }
        return values;
    }
}
