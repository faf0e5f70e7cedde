package io.adm4j.export.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * One operator call in a graph.
 *
 * @param domain {@code ""} for the ONNX standard, {@code "com.microsoft"} for ONNX Runtime's own operators
 * @param inputs in the operator's order; {@code null} where an optional input is left out
 * @param outputs in the operator's order
 * @param attributes values are {@code Long}, {@code Float}, {@code String} or {@code long[]}
 */
public record Node(String op, String domain, List<Value> inputs, List<Value> outputs, Map<String, Object> attributes) {

    public static final String MICROSOFT = "com.microsoft";

    /** An input by position. */
    public Value input(int i) {
        return inputs.get(i);
    }

    /** The only or first output. */
    public Value output() {
        return outputs.get(0);
    }

    /**
     * The same call with other inputs and outputs.
     *
     * @param replacement of each input that there is
     */
    Node with(UnaryOperator<Value> replacement, List<Value> outputs) {
        List<Value> replaced = new ArrayList<>();
        for (Value input : inputs) {
            replaced.add(input == null ? null : replacement.apply(input));
        }
        return new Node(op, domain, replaced, outputs, attributes);
    }

    /** An integer attribute, or {@code otherwise} where it is absent. */
    public long integer(String name, long otherwise) {
        return (Long) attributes.getOrDefault(name, otherwise);
    }

    /** A float attribute, or {@code otherwise} where it is absent. */
    public float real(String name, float otherwise) {
        return (Float) attributes.getOrDefault(name, otherwise);
    }

    /** A list-of-integers attribute. */
    public long[] integers(String name) {
        return (long[]) Objects.requireNonNull(attributes.get(name));
    }
}
