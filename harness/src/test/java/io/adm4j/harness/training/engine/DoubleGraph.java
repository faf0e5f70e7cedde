package io.adm4j.harness.training.engine;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a graph that computes in float64 what depends on its parameters, which become inputs of that type. Operators that
 * ONNX Runtime's CPU provider has in float32 only are made of others.
 */
final class DoubleGraph {
    private final GraphBuilder to = new GraphBuilder();
    private final Map<Value, Value> copies = new HashMap<>();

    private DoubleGraph() {}

    /** @param given further values that become inputs instead of being computed */
    static DoubleGraph of(GraphBuilder from, List<Value> given) {
        DoubleGraph graph = new DoubleGraph();
        from.inputs().forEach(v -> graph.copies.put(v, graph.to.input(v.name(), v.type(), v.shape())));
        from.constants().forEach((name, tensor) -> graph.copies.put(from.value(name), graph.to.constant(tensor)));
        List<Value> doubles = new ArrayList<>(given);
        from.parameters().stream().map(Parameter::value).forEach(doubles::add);
        doubles.forEach(v -> graph.copies.put(v, graph.to.input(v.name(), ElementType.FLOAT64, v.shape())));
        from.nodes().stream().filter(node -> !given.contains(node.output())).forEach(graph::copy);
        return graph;
    }

    GraphBuilder graph() {
        return to;
    }

    Value copyOf(Value original) {
        return copies.get(original);
    }

    private void copy(Node node) {
        List<@Nullable Value> inputs = new ArrayList<>();
        node.inputs().forEach(v -> inputs.add(v == null ? null : copies.get(v)));
        if (inputs.stream().noneMatch(v -> v != null && v.type() == ElementType.FLOAT64)) {
            copyAsIs(node, inputs, ElementType.FLOAT32);
            return;
        }
        inputs.replaceAll(v -> v != null && v.type() == ElementType.FLOAT32 ? v.cast(ElementType.FLOAT64) : v);
        Value x = inputs.get(0);
        switch (node.op()) {
            case "Conv" -> put(node, convolution(node, inputs));
            case "InstanceNormalization" -> put(node, normalized(x, node.real("epsilon", 0)));
            case "QuickGelu" -> put(node, x.mul(x.sigmoid()));
            case "AveragePool" ->
                put(
                        node,
                        x.reshape(x.dim(0), x.dim(1), x.dim(2) / 2, 2, x.dim(3) / 2, 2)
                                .reduceMean(false, 3, 5));
            case "Resize" -> put(node, doubled(node, x));
            case "FusedMatMul" -> put(node, product(node, x, inputs.get(1)));
            case "MultiHeadAttention" -> put(node, attention(inputs, (int) node.integer("num_heads", 0)));
            default -> copyAsIs(node, inputs, ElementType.FLOAT64);
        }
    }

    private void put(Node node, Value copy) {
        copies.put(node.output(), copy);
    }

    private void copyAsIs(Node node, List<@Nullable Value> inputs, ElementType real) {
        List<Value> outputs = node.outputs().stream()
                .map(v -> to.fresh("copy", v.type() == ElementType.FLOAT32 ? real : v.type(), v.shape()))
                .toList();
        to.add(new Node(node.op(), node.domain(), inputs, outputs, node.attributes()));
        IntStream.range(0, outputs.size())
                .forEach(i -> copies.put(node.outputs().get(i), outputs.get(i)));
    }

    /** A sum of matrix products, one for each place of the kernel. */
    private static Value convolution(Node node, List<Value> inputs) {
        Value x = inputs.get(0);
        Value weight = inputs.get(1);
        long[] pads = node.integers("pads");
        if (node.integers("strides")[0] != 1) {
            // Every second row and column of the result without stride.
            Value all = convolution(stride1(node), inputs);
            long height = all.dim(2) / 2;
            long width = all.dim(3) / 2;
            return all.reshape(all.dim(0), all.dim(1), height, 2, width, 2)
                    .slice(3, 0, 1)
                    .slice(5, 0, 1)
                    .reshape(all.dim(0), all.dim(1), height, width);
        }
        Value padded = pads[0] == 0 ? x : x.pad2d(pads[0], pads[1], pads[2], pads[3]);
        long out = weight.dim(0);
        long in = weight.dim(1);
        long height = padded.dim(2) - weight.dim(2) + 1;
        long width = padded.dim(3) - weight.dim(3) + 1;
        Value sum = inputs.size() > 2 ? inputs.get(2).reshape(1, out, 1) : weight.like(0);
        for (int i = 0; i < weight.dim(2); i++) {
            for (int j = 0; j < weight.dim(3); j++) {
                Value part = padded.slice(2, i, i + height).slice(3, j, j + width);
                Value factor = weight.slice(2, i, i + 1).slice(3, j, j + 1).reshape(1, out, in);
                sum = factor.matmul(part.reshape(x.dim(0), in, height * width)).add(sum);
            }
        }
        return sum.reshape(x.dim(0), out, height, width);
    }

    private static Node stride1(Node node) {
        Map<String, Object> attributes = new HashMap<>(node.attributes());
        attributes.put("strides", new long[] {1, 1});
        return new Node(node.op(), node.domain(), node.inputs(), node.outputs(), attributes);
    }

    private static Value normalized(Value x, double epsilon) {
        Value centered = x.sub(x.reduceMean(true, 2));
        Value variance = centered.mul(centered).reduceMean(true, 2);
        return centered.div(variance.add(epsilon).sqrt());
    }

    private static Value doubled(Node node, Value x) {
        if (!node.attributes().get("mode").equals("nearest")) {
            throw new IllegalArgumentException("Only what is nearest is enlarged here: " + node);
        }
        Value wide = x.reshape(x.dim(0), x.dim(1), x.dim(2), 1, x.dim(3), 1);
        Value twice = x.graph().concat(3, wide, wide);
        return x.graph().concat(5, twice, twice).reshape(x.dim(0), x.dim(1), x.dim(2) * 2, x.dim(3) * 2);
    }

    private static Value product(Node node, Value a, Value b) {
        Value left = node.integer("transA", 0) == 1 ? transposed(a) : a;
        Value right = node.integer("transB", 0) == 1 ? transposed(b) : b;
        return left.matmul(right).mul(node.real("alpha", 1));
    }

    private static Value transposed(Value v) {
        int[] axes = IntStream.range(0, v.rank()).toArray();
        axes[v.rank() - 1] = v.rank() - 2;
        axes[v.rank() - 2] = v.rank() - 1;
        return v.transpose(axes);
    }

    private static Value attention(List<Value> inputs, int heads) {
        long[] shape = inputs.get(0).shape();
        long length = shape[2] / heads;
        List<Value> byHead = inputs.stream()
                .map(v -> v.reshape(shape[0], shape[1], heads, length).transpose(0, 2, 1, 3))
                .toList();
        Value weights = byHead.get(0)
                .matmul(transposed(byHead.get(1)))
                .mul(1 / Math.sqrt(length))
                .softmax();
        return weights.matmul(byHead.get(2)).transpose(0, 2, 1, 3).reshape(shape);
    }

    /** float32 as float64. */
    static Tensor widened(Tensor tensor) {
        Tensor wide = Tensor.zeros(ElementType.FLOAT64, tensor.shape());
        float[] values = tensor.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            wide.doubles().put(i, values[i]);
        }
        return wide;
    }
}
