package io.adm4j.export.importer.tensorflow;

import io.adm4j.export.importer.torch.RestrictedUnpickler;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * One operator call in a frozen TensorFlow graph.
 *
 * @param inputs names of the nodes whose first output goes in, in order; control dependencies are left out
 * @param attributes values are {@code Long}, {@code Float}, {@code Boolean}, {@code String}, {@code List<Long>} or
 *     {@code Tensor}; attributes of other kinds are left out
 */
record TensorFlowNode(String name, String op, List<String> inputs, Map<String, Object> attributes) {

    /** An attribute that must be there. */
    <T> T attribute(String key, Class<T> type) {
        Object value = attributes.get(key);
        if (!type.isInstance(value)) {
            throw new TensorFlowGraphException(this + " has no attribute '" + key + "' of the expected kind");
        }
        return type.cast(value);
    }

    /** Name of the node whose output goes in at a position. */
    String input(int i) {
        if (i >= inputs.size()) {
            throw new TensorFlowGraphException(
                    this + " has " + inputs.size() + " inputs where at least " + (i + 1) + " are needed");
        }
        return inputs.get(i);
    }

    /** A boolean, false where it is absent. */
    boolean flag(String key) {
        return Boolean.TRUE.equals(attributes.get(key));
    }

    /** The value of a constant of the given type. */
    Tensor constant(ElementType type) {
        Tensor value = op.equals("Const") ? attribute("value", Tensor.class) : null;
        if (value == null || value.type() != type) {
            throw new TensorFlowGraphException(this + " is no " + type + " constant, which its reader takes");
        }
        return value;
    }

    /** One number for each of the two image axes, of an NHWC attribute such as strides. */
    int[] heightAndWidth(String key) {
        List<?> list = attribute(key, List.class);
        if (list.size() != 4
                || !Long.valueOf(1).equals(list.get(0))
                || !Long.valueOf(1).equals(list.get(3))) {
            throw new TensorFlowGraphException(this + " has " + key + " " + list + "; 1, height, width, 1 is needed");
        }
        int[] two = {Math.toIntExact((Long) list.get(1)), Math.toIntExact((Long) list.get(2))};
        if (two[0] < 1 || two[1] < 1) {
            throw new TensorFlowGraphException(this + " has " + key + " " + list + "; none may be below 1");
        }
        return two;
    }

    @Override
    public String toString() {
        return "the node '" + RestrictedUnpickler.printable(name) + "' (" + RestrictedUnpickler.printable(op) + ")";
    }
}
