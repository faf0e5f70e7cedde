package io.adm4j.export.autodiff;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One node in the backward pass: the gradients of its outputs are known, those of its inputs are needed. */
final class BackwardContext {
    private final Node node;
    private final Kernels kernels;
    private final Processor processor;
    private final Set<Value> live;
    private final Map<Value, Value> gradients;

    BackwardContext(Node node, Kernels kernels, Processor processor, Set<Value> live, Map<Value, Value> gradients) {
        this.node = node;
        this.kernels = kernels;
        this.processor = processor;
        this.live = live;
        this.gradients = gradients;
    }

    Node node() {
        return node;
    }

    GraphBuilder graph() {
        return node.output().graph();
    }

    Kernels kernels() {
        return kernels;
    }

    Processor processor() {
        return processor;
    }

    /** An input of the node. */
    Value x(int i) {
        return node.input(i);
    }

    /** The first output of the node. */
    Value y() {
        return node.output();
    }

    /** The gradient of the first output. */
    Value dy() {
        return Objects.requireNonNull(dy(0));
    }

    /** The gradient of an output, or null where it has none. */
    @Nullable
    Value dy(int i) {
        return gradients.get(node.outputs().get(i));
    }

    /** Whether the gradient of an input is needed. */
    boolean wants(int i) {
        return i < node.inputs().size() && node.input(i) != null && live.contains(node.input(i));
    }

    /** Adds to the gradient of an input. */
    void give(int i, Value gradient) {
        Value input = node.input(i);
        if (!Arrays.equals(gradient.shape(), input.shape()) || gradient.type() != input.type()) {
            throw new IllegalStateException("The rule of " + node.op() + " gave a gradient " + gradient + " of "
                    + gradient.type() + " for " + input + " of " + input.type() + ".");
        }
        gradients.merge(input, gradient, Value::add);
    }

    /** The node that computes a value; null where it is an input, a parameter or a constant. */
    @Nullable
    Node producer(Value value) {
        List<Node> nodes = graph().nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).outputs().contains(value)) {
                return nodes.get(i);
            }
        }
        return null;
    }

    /** The elements of an int64 input that is a constant. */
    long[] constantLongs(int i) {
        Tensor t = graph().constants().get(node.input(i).name());
        if (t == null) {
            throw unsupported("its input " + i + " is not a constant");
        }
        return t.toLongArray();
    }

    /** The constant behind an input, or null where it is none. */
    @Nullable
    Tensor constant(int i) {
        return graph().constants().get(node.input(i).name());
    }

    /** The axes of a reduction, counted from 0. */
    int[] axes(long[] axes) {
        return Arrays.stream(axes)
                .mapToInt(a -> Math.toIntExact(a < 0 ? a + x(0).rank() : a))
                .toArray();
    }

    UnsupportedOperationException unsupported(String why) {
        return new UnsupportedOperationException(
                "There is no gradient of " + node.op() + " for '" + y().name() + "': " + why + ".");
    }

    /** A value under an operator of the standard domain with one output. */
    Value standard(String op, List<Value> inputs, Map<String, Object> attributes, long... shape) {
        return graph().node(op, "", inputs, attributes, inputs.get(0).type(), shape);
    }
}
