package io.adm4j.export.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
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
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A finished ONNX model (opset 17): chosen outputs of a {@link GraphBuilder} and only what they need.
 *
 * <p>Weights are read one by one while the model is written, so that a model can be larger than memory.
 */
public final class OnnxModel {
    /** Weights of more bytes go into a file of their own: a graph cannot hold 2 GiB, and mapped memory need not be read. */
    public static final long EMBEDDED_MOST = 1L << 30;

    /**
     * The runtime's search for memory to use again takes time by the square of the nodes where it does not know shapes: 7 s for
     * 9,500. Where it knows them, it holds that memory for later, and 3 % slower steps were measured.
     */
    private static final int MOST_WITHOUT_SHAPES = 5000;

    private static final int IR_VERSION = 9;
    private static final int OPSET = 17;
    /** Protobuf's wire type of messages and bytes. */
    private static final int LENGTH_DELIMITED = 2;

    private final GraphProto graph;
    private final List<Parameter> parameters;
    private final Map<String, Tensor> weights;
    private final Map<String, String> metadata;
    private final Runnable weightRead;

    private OnnxModel(
            GraphProto graph,
            List<Parameter> parameters,
            Map<String, Tensor> weights,
            Map<String, String> metadata,
            Runnable weightRead) {
        this.graph = graph;
        this.parameters = parameters;
        this.weights = weights;
        this.metadata = metadata;
        this.weightRead = weightRead;
    }

    /**
     * A model with weights.
     *
     * @param inputs graph inputs in order; all are kept, used or not
     * @param weights one float32 array for every parameter that the outputs need; may be a view that reads a file, and must
     *     last until the model is written
     * @throws UserError if a weight is missing; one of another shape, or too large for its
     *     parameter's type, is found when the model is written
     */
    public static OnnxModel withWeights(
            GraphBuilder graph, List<Value> inputs, List<Value> outputs, Map<String, Tensor> weights) {
        List<Node> needed = needed(graph.nodes(), outputs);
        Set<String> used = used(needed, outputs);
        GraphProto.Builder proto = start(inputs, outputs, needed);
        addShapes(proto, needed, outputs);
        addConstants(proto, graph, used);
        List<Parameter> parameters =
                graph.parameters().stream().filter(p -> used.contains(p.name())).toList();
        for (Parameter p : parameters) {
            if (!weights.containsKey(p.name())) {
                throw new UserError("There is no weight for the parameter '" + p.name() + "'.");
            }
        }
        return new OnnxModel(proto.build(), parameters, weights, Map.of(), () -> {});
    }

    /**
     * A model without weights: whatever the outputs need beyond constants is a graph input, in the order given (training
     * graphs bind by position). Inputs stay even where no output needs them.
     */
    public static OnnxModel withInputs(GraphBuilder graph, List<Value> inputs, List<Value> outputs) {
        return withInputs(graph, inputs, outputs, Processor.ANY);
    }

    /**
     * As {@link #withInputs(GraphBuilder, List, List)}, in operators that are fast on one kind of processor.
     *
     * @param processor where the graph will run; one for x86-64 runs nowhere else
     */
    public static OnnxModel withInputs(
            GraphBuilder graph, List<Value> inputs, List<Value> outputs, Processor processor) {
        return withInputs(graph, graph.nodes(), inputs, outputs, processor);
    }

    /**
     * As {@link #withInputs(GraphBuilder, List, List, Processor)}, with other nodes than those of the graph.
     *
     * @param nodes each after those whose values it takes
     */
    public static OnnxModel withInputs(
            GraphBuilder graph, List<Node> nodes, List<Value> inputs, List<Value> outputs, Processor processor) {
        List<Node> needed = needed(nodes, outputs);
        if (processor == Processor.X86_64) {
            needed = needed(BlockedConvolutions.in(graph, TiledConvolutions.in(graph, needed)), outputs);
        }
        GraphProto.Builder proto = start(inputs, outputs, needed);
        if (needed.size() > MOST_WITHOUT_SHAPES) {
            addShapes(proto, needed, outputs);
        }
        addConstants(proto, graph, used(needed, outputs));
        return new OnnxModel(proto.build(), List.of(), Map.of(), Map.of(), () -> {});
    }

    /**
     * The same model, of whose values no shape is known before it runs. ONNX Runtime then gives each value memory of its own for as
     * long as it is needed. Where it knows shapes, it plans which values take each other's memory, and holds that memory in between:
     * for a training step nearly three times as much.
     *
     * <p>Shapes that {@code Reshape} takes become inputs with a default, since the runtime would read those of constants.
     */
    public OnnxModel withoutShapes() {
        GraphProto.Builder proto = graph.toBuilder().clearValueInfo();
        proto.getInputBuilderList().forEach(OnnxModel::clearShape);
        proto.getOutputBuilderList().forEach(OnnxModel::clearShape);
        Set<String> shapes = graph.getNodeList().stream()
                .filter(n -> n.getOpType().equals("Reshape"))
                .map(n -> n.getInput(1))
                .collect(Collectors.toSet());
        graph.getInitializerList().stream()
                .filter(constant -> shapes.contains(constant.getName()))
                .forEach(constant -> proto.addInput(ValueInfoProto.newBuilder()
                        .setName(constant.getName())
                        .setType(TypeProto.newBuilder()
                                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(constant.getDataType())))));
        return new OnnxModel(proto.build(), parameters, weights, metadata, weightRead);
    }

    private static void clearShape(ValueInfoProto.Builder value) {
        value.getTypeBuilder().getTensorTypeBuilder().clearShape();
    }

    /** The same model with text that its readers find under keys. */
    public OnnxModel withMetadata(Map<String, String> text) {
        return new OnnxModel(graph, parameters, weights, Map.copyOf(text), weightRead);
    }

    /** The same model, which says so each time it has read a weight. */
    public OnnxModel saying(Runnable read) {
        return new OnnxModel(graph, parameters, weights, metadata, read);
    }

    /** Number of the weights. */
    public int weightCount() {
        return parameters.size();
    }

    /** Size of the weights in bytes. */
    public long weightBytes() {
        return parameters.stream().mapToLong(OnnxModel::bytes).sum();
    }

    /**
     * Reads all weights once, before the model or others are written.
     *
     * @throws UserError if one cannot be read, has another shape than its parameter, or a value that is too large for the
     *     parameter's type
     */
    public void checkWeights() {
        parameters.forEach(this::weight);
    }

    /**
     * The model in ONNX's binary form, with the weights inside.
     *
     * @throws IllegalArgumentException if a weight has another shape than its parameter, or the weights pass 2 GiB
     */
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            embed(out);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed.", e);
        }
        return out.toByteArray();
    }

    /**
     * Writes the model to a file. Weights of more than {@link #EMBEDDED_MOST} bytes go into a second file beside it, with
     * {@code .data} after its name.
     *
     * @throws UserError if a weight has another shape than its parameter, or the file cannot be written
     */
    public void write(Path file) {
        write(file, EMBEDDED_MOST);
    }

    /** As {@link #write(Path)}, with another limit. */
    public void write(Path file, long embeddedMost) {
        if (weightBytes() > embeddedMost) {
            try (WeightFile data = WeightFile.create(dataFile(file))) {
                write(file, data);
            }
            return;
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            embed(out);
        } catch (IOException e) {
            throw new UserError(file + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Writes the graph to a file and the weights to another. Those that are there already under their name are used.
     *
     * @param data in the same folder
     * @throws UserError if a weight has another shape than its parameter, or the file cannot be written
     */
    public void write(Path file, WeightFile data) {
        GraphProto.Builder whole = graph.toBuilder();
        for (Parameter p : parameters) {
            WeightFile.Place place = data.find(p.name());
            if (place == null) {
                place = data.add(p.name(), weight(p));
            }
            if (place.length() != bytes(p)) {
                throw new IllegalArgumentException(
                        "The weights '" + p.name() + "' of two graphs with one file of weights" + " differ in size.");
            }
            whole.addInitializer(describe(p)
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", data.name()))
                    .addExternalData(entry("offset", Long.toString(place.offset())))
                    .addExternalData(entry("length", Long.toString(place.length()))));
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            header().setGraph(whole).build().writeTo(out);
        } catch (IOException e) {
            throw new UserError(file + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    /** The file of weights beside a model. */
    public static Path dataFile(Path model) {
        return model.resolveSibling(model.getFileName() + ".data");
    }

    /**
     * Writes the model field by field, in the form of its messages, so that never more than one weight is in memory.
     */
    private void embed(OutputStream out) throws IOException {
        List<TensorProto> described =
                parameters.stream().map(p -> describe(p).build()).toList();
        long graphBytes = graph.getSerializedSize();
        for (int i = 0; i < described.size(); i++) {
            long tensorBytes = tensorBytes(described.get(i), parameters.get(i));
            graphBytes += CodedOutputStream.computeTagSize(GraphProto.INITIALIZER_FIELD_NUMBER)
                    + CodedOutputStream.computeUInt64SizeNoTag(tensorBytes)
                    + tensorBytes;
        }
        ModelProto header = header().build();
        if (graphBytes + header.getSerializedSize() > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException("A graph with " + weightBytes()
                    + " bytes of weights passes the 2 GiB that one can hold; keep them in a" + " file beside it.");
        }
        CodedOutputStream coded = CodedOutputStream.newInstance(out, 1 << 16);
        header.writeTo(coded);
        coded.writeTag(ModelProto.GRAPH_FIELD_NUMBER, LENGTH_DELIMITED);
        coded.writeUInt32NoTag((int) graphBytes);
        graph.writeTo(coded);
        for (int i = 0; i < described.size(); i++) {
            Parameter p = parameters.get(i);
            coded.writeTag(GraphProto.INITIALIZER_FIELD_NUMBER, LENGTH_DELIMITED);
            coded.writeUInt32NoTag((int) tensorBytes(described.get(i), p));
            described.get(i).writeTo(coded);
            coded.writeByteBuffer(TensorProto.RAW_DATA_FIELD_NUMBER, weight(p).bytes());
        }
        coded.flush();
    }

    private static long tensorBytes(TensorProto described, Parameter p) {
        return described.getSerializedSize()
                + CodedOutputStream.computeTagSize(TensorProto.RAW_DATA_FIELD_NUMBER)
                + CodedOutputStream.computeUInt64SizeNoTag(bytes(p))
                + bytes(p);
    }

    /** The array of a parameter in its stored type. */
    private Tensor weight(Parameter p) {
        Tensor w = Objects.requireNonNull(weights.get(p.name()));
        if (!Arrays.equals(w.shape(), p.shape())) {
            throw new UserError("The weight '" + p.name() + "' has shape " + Arrays.toString(w.shape())
                    + "; the network takes " + Arrays.toString(p.shape()) + ".");
        }
        Tensor stored = StoredWeight.of(p, w);
        weightRead.run();
        return stored;
    }

    private static long bytes(Parameter p) {
        return Tensor.elements(p.shape()) * p.value().type().bytes();
    }

    /** A parameter's entry in the graph, without the elements. */
    private static TensorProto.Builder describe(Parameter p) {
        return describe(p.name(), p.value().type(), p.shape());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
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

    private static List<Node> needed(List<Node> nodes, List<Value> outputs) {
        Map<String, Node> producer = new HashMap<>();
        nodes.forEach(n -> n.outputs().forEach(o -> producer.put(o.name(), n)));
        Set<Node> keep = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Value> open = new ArrayDeque<>(outputs);
        while (!open.isEmpty()) {
            Node n = producer.get(open.pop().name());
            if (n != null && keep.add(n)) {
                n.inputs().stream().filter(v -> v != null).forEach(open::push);
            }
        }
        List<Node> ordered = new ArrayList<>();
        for (Node n : nodes) {
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

    /** The shapes of all values that are neither inputs nor outputs of the graph: what rewrites a graph needs them. */
    private static void addShapes(GraphProto.Builder proto, List<Node> nodes, List<Value> outputs) {
        Set<Value> stated = new HashSet<>(outputs);
        nodes.stream().flatMap(n -> n.outputs().stream()).filter(stated::add).forEach(v -> proto.addValueInfo(info(v)));
    }

    private static void addConstants(GraphProto.Builder proto, GraphBuilder graph, Set<String> used) {
        graph.constants().forEach((name, value) -> {
            if (used.contains(name)) {
                proto.addInitializer(tensor(name, value));
            }
        });
    }

    private ModelProto.Builder header() {
        ModelProto.Builder header = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("adm4j")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain(Node.MICROSOFT)
                        .setVersion(1));
        if (graph.getNodeList().stream().anyMatch(n -> n.getDomain().equals(BlockedConvolutions.DOMAIN))) {
            header.addOpsetImport(OperatorSetIdProto.newBuilder()
                    .setDomain(BlockedConvolutions.DOMAIN)
                    .setVersion(1));
        }
        metadata.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> header.addMetadataProps(entry(e.getKey(), e.getValue())));
        return header;
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
            } else if (d != GraphBuilder.ANY_LENGTH) {
                dim.setDimParam(d == GraphBuilder.BATCH ? "N" : -d + "N");
            }
            shape.addDim(dim);
        }
        TypeProto.Tensor type = TypeProto.Tensor.newBuilder()
                .setElemType(onnxType(v.type()))
                .setShape(shape)
                .build();
        return ValueInfoProto.newBuilder()
                .setName(v.name())
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }

    private static TensorProto tensor(String name, Tensor t) {
        return describe(name, t.type(), t.shape())
                .setRawData(ByteString.copyFrom(t.bytes()))
                .build();
    }

    private static TensorProto.Builder describe(String name, ElementType type, long[] shape) {
        TensorProto.Builder proto = TensorProto.newBuilder().setName(name).setDataType(onnxType(type));
        for (long d : shape) {
            proto.addDims(d);
        }
        return proto;
    }
}
