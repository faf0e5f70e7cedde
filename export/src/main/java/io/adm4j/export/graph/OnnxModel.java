package io.adm4j.export.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A finished ONNX model (opset 17): chosen outputs of a {@link GraphBuilder} and only what they need. */
public final class OnnxModel {
    private static final int IR_VERSION = 9;
    private static final int OPSET = 17;

    private final ModelProto model;

    private OnnxModel(ModelProto model) {
        this.model = model;
    }

    /**
     * A model with the weights inside.
     *
     * @param inputs graph inputs in order; all are kept, used or not
     * @param weights one float32 array for every parameter that the outputs need
     * @throws IllegalArgumentException if a weight is missing or has another shape
     */
    public static OnnxModel withWeights(
            GraphBuilder graph, List<Value> inputs, List<Value> outputs, Map<String, Tensor> weights) {
        List<Node> needed = needed(graph, outputs);
        Set<String> used = used(needed, outputs);
        GraphProto.Builder proto = start(inputs, outputs, needed);
        addConstants(proto, graph, used);
        for (Parameter p : graph.parameters()) {
            if (used.contains(p.name())) {
                Tensor w = weights.get(p.name());
                if (w == null) {
                    throw new IllegalArgumentException("There is no weight for the parameter '" + p.name() + "'.");
                }
                if (!Arrays.equals(w.shape(), p.shape())) {
                    throw new IllegalArgumentException(
                            "The weight '" + p.name() + "' has shape " + Arrays.toString(w.shape()) + "; the network takes "
                                    + Arrays.toString(p.shape()) + ".");
                }
                proto.addInitializer(tensor(p.name(), w));
            }
        }
        return new OnnxModel(finish(proto));
    }

    /**
     * A model without weights: whatever the outputs need beyond constants is a graph input, in the order given (training
     * graphs bind by position). Inputs stay even where no output needs them.
     */
    public static OnnxModel withInputs(GraphBuilder graph, List<Value> inputs, List<Value> outputs) {
        List<Node> needed = needed(graph, outputs);
        GraphProto.Builder proto = start(inputs, outputs, needed);
        addConstants(proto, graph, used(needed, outputs));
        return new OnnxModel(finish(proto));
    }

    /** The model in ONNX's binary form. */
    public byte[] bytes() {
        return model.toByteArray();
    }

    /** Writes the model to a file. */
    public void write(Path file) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            model.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not write " + file + ".", e);
        }
    }

    /** The number of ONNX's TensorProto.DataType for an element type. */
    static int onnxType(ElementType type) {
        return switch (type) {
            case FLOAT32 -> TensorProto.DataType.FLOAT_VALUE;
            case FLOAT64 -> TensorProto.DataType.DOUBLE_VALUE;
            case FLOAT16 -> TensorProto.DataType.FLOAT16_VALUE;
            case INT64 -> TensorProto.DataType.INT64_VALUE;
            case INT32 -> TensorProto.DataType.INT32_VALUE;
            case INT16 -> TensorProto.DataType.INT16_VALUE;
            case INT8 -> TensorProto.DataType.INT8_VALUE;
            case UINT8 -> TensorProto.DataType.UINT8_VALUE;
            case BOOL -> TensorProto.DataType.BOOL_VALUE;
        };
    }

    private static List<Node> needed(GraphBuilder graph, List<Value> outputs) {
        Map<String, Node> producer = new HashMap<>();
        graph.nodes().forEach(n -> n.outputs().forEach(o -> producer.put(o.name(), n)));
        Set<Node> keep = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Value> open = new ArrayDeque<>(outputs);
        while (!open.isEmpty()) {
            Node n = producer.get(open.pop().name());
            if (n != null && keep.add(n)) {
                n.inputs().stream().filter(v -> v != null).forEach(open::push);
            }
        }
        List<Node> ordered = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (keep.contains(n)) {
                ordered.add(n);
            }
        }
        return ordered;
    }

    private static Set<String> used(List<Node> nodes, List<Value> outputs) {
        Set<String> used = new HashSet<>();
        nodes.forEach(n -> n.inputs().stream().filter(v -> v != null).forEach(v -> used.add(v.name())));
        outputs.forEach(o -> used.add(o.name()));
        return used;
    }

    private static GraphProto.Builder start(List<Value> inputs, List<Value> outputs, List<Node> nodes) {
        GraphProto.Builder proto = GraphProto.newBuilder().setName("adm4j");
        inputs.forEach(v -> proto.addInput(info(v)));
        outputs.forEach(v -> proto.addOutput(info(v)));
        int number = 0;
        for (Node n : nodes) {
            proto.addNode(node(n, n.op() + "_" + number++));
        }
        return proto;
    }

    private static void addConstants(GraphProto.Builder proto, GraphBuilder graph, Set<String> used) {
        graph.constants().forEach((name, value) -> {
            if (used.contains(name)) {
                proto.addInitializer(tensor(name, value));
            }
        });
    }

    private static ModelProto finish(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("adm4j")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(Node.MICROSOFT).setVersion(1))
                .setGraph(graph)
                .build();
    }

    private static NodeProto node(Node n, String name) {
        NodeProto.Builder proto =
                NodeProto.newBuilder().setName(name).setOpType(n.op()).setDomain(n.domain());
        n.inputs().forEach(v -> proto.addInput(v == null ? "" : v.name()));
        n.outputs().forEach(v -> proto.addOutput(v.name()));
        n.attributes().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> proto.addAttribute(attribute(e.getKey(), e.getValue())));
        return proto.build();
    }

    private static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder proto = AttributeProto.newBuilder().setName(name);
        if (value instanceof Long l) {
            proto.setType(AttributeProto.AttributeType.INT).setI(l);
        } else if (value instanceof Float f) {
            proto.setType(AttributeProto.AttributeType.FLOAT).setF(f);
        } else if (value instanceof String s) {
            proto.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(s));
        } else if (value instanceof long[] list) {
            proto.setType(AttributeProto.AttributeType.INTS);
            Arrays.stream(list).forEach(proto::addInts);
        } else {
            throw new IllegalArgumentException("Attribute '" + name + "' has a value of " + value.getClass() + ".");
        }
        return proto.build();
    }

    private static ValueInfoProto info(Value v) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long d : v.shape()) {
            TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
            if (d >= 0) {
                dim.setDimValue(d);
            } else {
                dim.setDimParam(d == GraphBuilder.BATCH ? "N" : -d + "N");
            }
            shape.addDim(dim);
        }
        TypeProto.Tensor type =
                TypeProto.Tensor.newBuilder().setElemType(onnxType(v.type())).setShape(shape).build();
        return ValueInfoProto.newBuilder()
                .setName(v.name())
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }

    private static TensorProto tensor(String name, Tensor t) {
        TensorProto.Builder proto = TensorProto.newBuilder()
                .setName(name)
                .setDataType(onnxType(t.type()))
                .setRawData(ByteString.copyFrom(t.bytes()));
        for (long d : t.shape()) {
            proto.addDims(d);
        }
        return proto.build();
    }
}
