package io.adm4j.export.graph;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Builds an ONNX graph: collects inputs, parameters, constants and nodes, and infers the shape of every value. This is
 * the one mutable object of the package.
 *
 * <p><b>Shapes.</b> A dimension is a length, or a negative number {@code -k} for {@code k} times the batch size N, which
 * is known only when the graph runs. At most one dimension of a value may be negative. {@link #BATCH} is N itself.
 * {@link #ANY_LENGTH} is a dimension that is unknown until the graph runs; a value may have several.
 *
 * <p>Operators are methods of {@link Value}; {@link OnnxModel} makes a file of a graph.
 */
public final class GraphBuilder {
    /** A dimension of batch-size length. */
    public static final long BATCH = -1;

    /** A dimension of any length, for elementwise operators, transpositions and resizing to a known length. */
    public static final long ANY_LENGTH = Long.MIN_VALUE;

    private final List<Value> inputs = new ArrayList<>();
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<ByteBuffer, Map<String, Value>> constantsByContent = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final Set<Value> frozen = new HashSet<>();
    private final Set<Value> inner = new HashSet<>();
    private int counter;

    /**
     * A graph input.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Value input(String name, ElementType type, long... shape) {
        Value v = register(name, type, shape);
        inputs.add(v);
        return v;
    }

    /**
     * A trainable float32 parameter.
     *
     * @param name its name in the published state dict
     * @throws IllegalArgumentException if the name is taken
     */
    public Value parameter(String name, Initializer initializer, long... shape) {
        return parameter(name, ElementType.FLOAT32, initializer, shape);
    }

    /**
     * A parameter of a floating-point type. Its weights are given as float32 whatever the type: {@link OnnxModel} stores them in
     * the type given here.
     *
     * @param name its name in the published state dict
     * @throws IllegalArgumentException if the name is taken
     */
    public Value parameter(String name, ElementType type, Initializer initializer, long... shape) {
        Value v = register(name, type, shape);
        parameters.put(name, new Parameter(v, initializer));
        return v;
    }

    /** A constant; equal constants are kept once. */
    public Value constant(Tensor tensor) {
        String key = tensor.toString();
        Map<String, Value> same = constantsByContent.computeIfAbsent(tensor.bytes(), b -> new LinkedHashMap<>());
        return same.computeIfAbsent(key, k -> {
            Value v = register(nextName("constant"), tensor.type(), tensor.shape());
            constants.put(v.name(), tensor);
            return v;
        });
    }

    /** A float32 scalar constant. */
    public Value scalar(double value) {
        return filled(ElementType.FLOAT32, value);
    }

    /**
     * A constant with all elements equal; a scalar where no shape is given.
     *
     * @param type floating-point or int64
     */
    public Value filled(ElementType type, double value, long... shape) {
        Tensor tensor = Tensor.zeros(type, shape);
        ByteBuffer to = tensor.bytes();
        while (to.hasRemaining()) {
            switch (type) {
                case FLOAT32 -> to.putFloat((float) value);
                case FLOAT64 -> to.putDouble(value);
                case FLOAT16 -> to.putShort(HalfFloat.bits((float) value));
                case INT64 -> to.putLong((long) value);
                default -> throw new IllegalArgumentException("There are no constants of type " + type + ".");
            }
        }
        return constant(tensor);
    }

    /** A constant int64 vector. */
    public Value longs(long... elements) {
        return constant(Tensor.of(elements, elements.length));
    }

    /** Joins values along one axis. */
    public Value concat(int axis, Value... parts) {
        long[] shape = parts[0].shape();
        long sum = 0;
        for (Value p : parts) {
            long[] s = p.shape();
            sum += s[axis];
            s[axis] = shape[axis];
            if (!Arrays.equals(s, shape) || p.type() != parts[0].type()) {
                throw new IllegalArgumentException(
                        "Values of shapes " + parts[0].type() + Arrays.toString(shape) + " and " + p.type()
                                + Arrays.toString(p.shape()) + " cannot be joined along axis " + axis + ".");
            }
        }
        shape[axis] = sum;
        return node("Concat", "", List.of(parts), Map.of("axis", (long) axis), parts[0].type(), shape);
    }

    /** Adds a node with one output. */
    public Value node(
            String op,
            String domain,
            List<Value> inputs,
            Map<String, Object> attributes,
            ElementType type,
            long... shape) {
        Value out = register(nextName(op.toLowerCase(Locale.ROOT)), type, shape);
        add(new Node(op, domain, inputs, List.of(out), attributes));
        return out;
    }

    /** Adds a node whose outputs were made by {@link #fresh}. */
    public void add(Node node) {
        for (Value v : node.inputs()) {
            if (v != null && values.get(v.name()) != v) {
                throw new IllegalArgumentException(
                        "Value '" + v.name() + "' goes into " + node.op() + " but belongs to another graph.");
            }
        }
        nodes.add(node);
    }

    /** A new value for a node with several outputs. */
    public Value fresh(String prefix, ElementType type, long... shape) {
        return register(nextName(prefix), type, shape);
    }

    /** A new value under a given name, for a node that is then added with {@link #add}. */
    public Value output(String name, ElementType type, long... shape) {
        return register(name, type, shape);
    }

    /** A copy of a value under a given name, for outputs. */
    public Value named(String name, Value value) {
        Value out = register(name, value.type(), value.shape());
        add(new Node("Identity", "", List.of(value), List.of(out), Map.of()));
        return out;
    }

    public List<Value> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    /** Parameters in the order of their creation. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters.values());
    }

    public Map<String, Tensor> constants() {
        return Collections.unmodifiableMap(constants);
    }

    /** Nodes in an order in which they can run. */
    public List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    /**
     * A value by name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Value value(String name) {
        Value v = values.get(name);
        if (v == null) {
            throw new IllegalArgumentException("The graph has no value '" + name + "'.");
        }
        return v;
    }

    /** Whether a value was returned by {@link Value#stopGradient()}. */
    public boolean stopsGradient(Value value) {
        return frozen.contains(value);
    }

    /**
     * Adds a block of a network: what computes one value from others. {@link Recomputation} may keep its output alone.
     *
     * @param content adds the nodes and returns the output
     * @return the output
     */
    public Value block(Supplier<Value> content) {
        int from = nodes.size();
        Value output = content.get();
        nodes.subList(from, nodes.size()).forEach(node -> inner.addAll(node.outputs()));
        inner.remove(output);
        return output;
    }

    /** Whether a value is computed within a block and is not its output. */
    boolean isWithinBlock(Value value) {
        return inner.contains(value);
    }

    void freeze(Value value) {
        frozen.add(value);
    }

    private String nextName(String prefix) {
        return prefix + "_" + counter++;
    }

    private Value register(String name, ElementType type, long[] shape) {
        if (Arrays.stream(shape).filter(d -> d < 0 && d != ANY_LENGTH).count() > 1) {
            throw new IllegalArgumentException("Value '" + name + "' of shape " + Arrays.toString(shape)
                    + " depends on the batch size in more than one dimension.");
        }
        Value v = new Value(this, name, type, shape.clone());
        if (values.putIfAbsent(name, v) != null) {
            throw new IllegalArgumentException("The graph has a value '" + name + "' already.");
        }
        return v;
    }
}
