package io.adm4j.export.importer.tensorflow;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Builds ONNX operators for the nodes of a TensorFlow graph: each node once, and only those that a result needs. Feature
 * maps are NHWC there and NCHW here. Where a node handles one image, its translation handles a batch.
 */
final class TensorFlowTranslation {
    /** The NCHW axis of an NHWC axis. */
    private static final int[] NCHW_AXIS = {0, 2, 3, 1};

    private static final List<String> KNOWN = List.of(
            "Add",
            "AvgPool",
            "BatchNormWithGlobalNormalization",
            "BiasAdd",
            "CheckNumerics",
            "Concat",
            "Conv2D",
            "Identity",
            "MatMul",
            "MaxPool",
            "Mul",
            "Relu",
            "Reshape",
            "ResizeBilinear",
            "Softmax",
            "Sub");

    private final TensorFlowGraph source;
    private final GraphBuilder graph;
    private final Map<String, Value> values = new HashMap<>();

    TensorFlowTranslation(TensorFlowGraph source, GraphBuilder graph) {
        this.source = source;
        this.graph = graph;
    }

    /** Sets the value of a node. */
    void feed(String node, Value value) {
        values.put(source.node(node).name(), value);
    }

    /** The value of a node; feature maps in NCHW. */
    Value value(String name) {
        // An explicit stack: the file determines the depth of the graph.
        Deque<String> open = new ArrayDeque<>(List.of(name));
        Set<String> begun = new HashSet<>();
        while (!open.isEmpty()) {
            TensorFlowNode node = source.node(open.peek());
            if (values.containsKey(node.name())) {
                open.pop();
                continue;
            }
            List<String> missing =
                    needed(node).stream().filter(n -> !values.containsKey(n)).toList();
            if (missing.isEmpty()) {
                values.put(node.name(), translate(node));
            } else if (begun.add(node.name())) {
                missing.forEach(open::push);
            } else {
                throw new TensorFlowGraphException(node + " depends on itself");
            }
        }
        return Objects.requireNonNull(values.get(name));
    }

    /** The nodes whose values a translation needs; constants are read where they are needed. */
    private List<String> needed(TensorFlowNode node) {
        Optional<TensorFlowNode> convolution = FoldedConvolution.behind(node, source);
        if (convolution.isPresent()) {
            return List.of(convolution.get().input(0));
        }
        if (!KNOWN.contains(node.op())) {
            throw new TensorFlowGraphException(
                    node + " has an operator that is not supported; supported are " + String.join(", ", KNOWN));
        }
        return node.inputs().stream().filter(i -> !isConstant(i)).toList();
    }

    private boolean isConstant(String name) {
        return source.node(name).op().equals("Const");
    }

    private Value translate(TensorFlowNode node) {
        try {
            return FoldedConvolution.behind(node, source).isPresent()
                    ? convolution(FoldedConvolution.of(node, source))
                    : operator(node);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new TensorFlowGraphException(node + " does not fit its inputs: "
                    + String.valueOf(e.getMessage()).replaceFirst("\\.$", ""));
        }
    }

    private Value operator(TensorFlowNode node) {
        return switch (node.op()) {
            case "Identity", "CheckNumerics" -> input(node, 0);
            case "Relu" -> input(node, 0).relu();
            case "Softmax" -> input(node, 0).softmax();
            case "Add", "BiasAdd" -> input(node, 0).add(operand(node, 1));
            case "Sub" -> input(node, 0).sub(operand(node, 1));
            case "Mul" -> input(node, 0).mul(operand(node, 1));
            case "MatMul" -> matmul(node);
            case "Concat" -> concat(node);
            case "Reshape" -> reshape(node);
            case "ResizeBilinear" -> resize(node);
            case "MaxPool" -> pool(node, "MaxPool", Map.of());
            // Zeros at the edge do not count, as in TensorFlow.
            case "AvgPool" -> pool(node, "AveragePool", Map.of("count_include_pad", 0L));
            default -> throw new TensorFlowGraphException(node + " has no convolution before it");
        };
    }

    private Value input(TensorFlowNode node, int i) {
        Value value = values.get(node.input(i));
        if (value == null) {
            throw new TensorFlowGraphException(
                    node + " has a constant as input " + i + ", where computed values are needed");
        }
        return value;
    }

    /** The second operand of an elementwise operator: a value, or a constant with one number or one for each channel. */
    private Value operand(TensorFlowNode node, int i) {
        if (!isConstant(node.input(i))) {
            return input(node, i);
        }
        Tensor constant = source.node(node.input(i)).constant(ElementType.FLOAT32);
        if (constant.rank() > 1) {
            throw new TensorFlowGraphException(
                    node + " takes a constant of " + constant.rank() + " dimensions; one is the most");
        }
        boolean perChannel = constant.rank() == 1 && input(node, 0).rank() == 4;
        return graph.constant(perChannel ? constant.reshape(constant.size(), 1, 1) : constant);
    }

    private Value convolution(FoldedConvolution convolution) {
        Value x = map(convolution.node(), Objects.requireNonNull(values.get(convolution.input())));
        Tensor weight = convolution.weight();
        if (weight.dim(1) != x.dim(1)) {
            throw new TensorFlowGraphException(
                    convolution.node() + " takes " + weight.dim(1) + " channels, but gets " + x.dim(1));
        }
        Window window = Window.of(convolution.node(), new long[] {weight.dim(2), weight.dim(3)}, size(x));
        return graph.node(
                "Conv",
                "",
                List.of(x, graph.constant(weight), graph.constant(convolution.bias())),
                window.attributes(),
                x.type(),
                x.dim(0),
                weight.dim(0),
                window.out()[0],
                window.out()[1]);
    }

    private Value pool(TensorFlowNode node, String op, Map<String, Object> more) {
        Value x = map(node, input(node, 0));
        int[] size = node.heightAndWidth("ksize");
        Window window = Window.of(node, new long[] {size[0], size[1]}, size(x));
        Map<String, Object> attributes = new LinkedHashMap<>(window.attributes());
        attributes.putAll(more);
        return graph.node(
                op, "", List.of(x), attributes, x.type(), x.dim(0), x.dim(1), window.out()[0], window.out()[1]);
    }

    private Value matmul(TensorFlowNode node) {
        if (node.flag("transpose_a")) {
            throw new TensorFlowGraphException(node + " mixes the images of a batch (transpose_a)");
        }
        Value weight = graph.constant(source.node(node.input(1)).constant(ElementType.FLOAT32));
        return input(node, 0).matmul(weight, false, node.flag("transpose_b"), 1);
    }

    private Value concat(TensorFlowNode node) {
        Tensor axis = source.node(node.input(0)).constant(ElementType.INT32);
        Value[] parts = IntStream.range(1, node.inputs().size())
                .mapToObj(i -> map(node, input(node, i)))
                .toArray(Value[]::new);
        if (axis.size() != 1 || axis.ints().get(0) < 1 || axis.ints().get(0) > 3 || parts.length == 0) {
            throw new TensorFlowGraphException(node + " does not join feature maps along height, width or channels");
        }
        return graph.concat(NCHW_AXIS[axis.ints().get(0)], parts);
    }

    /** One vector per image: the frozen graph has a batch of one, this one of any size. */
    private Value reshape(TensorFlowNode node) {
        Value x = input(node, 0);
        Tensor shape = source.node(node.input(1)).constant(ElementType.INT32);
        long length = 1;
        for (int i = 1; i < x.rank(); i++) {
            length = Math.multiplyExact(length, x.dim(i));
        }
        if (shape.size() != 2 || shape.ints().get(1) != length && shape.ints().get(1) != -1) {
            throw new TensorFlowGraphException(node + " does not make one vector per image");
        }
        boolean flatMap = x.rank() == 4 && (x.dim(2) != 1 || x.dim(3) != 1);
        return (flatMap ? x.transpose(0, 2, 3, 1) : x).reshape(x.dim(0), length);
    }

    /** TensorFlow's first bilinear interpolation: pixel i of the result samples position i·in/out, pixel centers at integers. */
    private Value resize(TensorFlowNode node) {
        Value x = map(node, input(node, 0));
        Tensor size = source.node(node.input(1)).constant(ElementType.INT32);
        if (size.size() != 2 || size.ints().get(0) < 1 || size.ints().get(1) < 1) {
            throw new TensorFlowGraphException(node + " does not name a height and a width");
        }
        if (node.flag("align_corners") || node.flag("half_pixel_centers")) {
            throw new TensorFlowGraphException(
                    node + " has align_corners or half_pixel_centers, which the Inception graph does not");
        }
        long[] target = {size.ints().get(0), size.ints().get(1)};
        Value batchAndChannels = graph.node("Shape", "", List.of(x), Map.of("end", 2L), ElementType.INT64, 2);
        return graph.node(
                "Resize",
                "",
                Arrays.asList(x, null, null, graph.concat(0, batchAndChannels, graph.longs(target))),
                Map.of("mode", "linear", "coordinate_transformation_mode", "asymmetric"),
                x.type(),
                x.dim(0),
                x.dim(1),
                target[0],
                target[1]);
    }

    private static Value map(TensorFlowNode node, Value x) {
        if (x.rank() != 4) {
            throw new TensorFlowGraphException(node + " takes feature maps, but gets " + x.rank() + " dimensions");
        }
        return x;
    }

    private static long[] size(Value x) {
        return new long[] {x.dim(2), x.dim(3)};
    }
}
