package io.adm4j.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The graph in an ONNX file with its weights, read without a protobuf library. Shares memory with the bytes of the file.
 *
 * @param header fields of the model other than the graph
 * @param inputs names of the graph's inputs
 * @param nodes in an order in which they can run
 * @param shapes of values as far as the file states them; -1 where a length is open
 * @param initializers in the order of the file
 * @param rest fields of the graph other than nodes, initializers and the shapes of intermediate values: stating those of some
 *     values only makes ONNX Runtime plan its memory worse
 */
record GraphFile(
        ByteBuffer header,
        Set<String> inputs,
        List<Node> nodes,
        Map<String, long[]> shapes,
        List<Initializer> initializers,
        ByteBuffer rest) {

    static final int FLOAT = 1;
    static final int INT64 = 7;
    static final int FLOAT16 = 10;

    // Field numbers of onnx.proto.
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_VALUE_INFO = 13;

    /**
     * A node.
     *
     * @param integers attributes that are integers or lists of them, by name
     * @param otherAttributes whether it has attributes of other types
     * @param encoded the whole field
     */
    record Node(
            String op,
            String domain,
            List<String> inputs,
            List<String> outputs,
            Map<String, long[]> integers,
            boolean otherAttributes,
            ByteBuffer encoded) {}

    /**
     * A constant.
     *
     * @param type number of its TensorProto.DataType
     * @param elsewhere whether its elements are in another file
     * @param encoded the whole field
     */
    record Initializer(String name, int type, long[] shape, boolean elsewhere, ByteBuffer encoded) {}

    /**
     * Reads a graph.
     *
     * @param bytes of an ONNX file, from position 0 to the limit; not modified
     * @return null if it has weights in other files or is no ONNX file
     */
    static @Nullable GraphFile read(ByteBuffer bytes) {
        try {
            GraphFile graph = model(new ProtoReader(bytes, 0, bytes.limit()));
            return graph == null || graph.initializers().stream().anyMatch(Initializer::elsewhere) ? null : graph;
        } catch (IllegalArgumentException e) {
            // No ONNX file: ONNX Runtime, which is to load it, says so.
            return null;
        }
    }

    private static @Nullable GraphFile model(ProtoReader model) {
        ProtoWriter header = new ProtoWriter();
        GraphFile graph = null;
        while (model.next()) {
            if (model.field() == MODEL_GRAPH) {
                graph = graph(model.message());
            } else {
                header.encoded(model.whole());
            }
        }
        return graph == null
                ? null
                : new GraphFile(
                        ByteBuffer.wrap(header.toByteArray()),
                        graph.inputs,
                        graph.nodes,
                        graph.shapes,
                        graph.initializers,
                        graph.rest);
    }

    private static GraphFile graph(ProtoReader graph) {
        Set<String> inputs = new HashSet<>();
        List<Node> nodes = new ArrayList<>();
        Map<String, long[]> shapes = new HashMap<>();
        List<Initializer> initializers = new ArrayList<>();
        ProtoWriter rest = new ProtoWriter();
        while (graph.next()) {
            switch (graph.field()) {
                case GRAPH_NODE -> nodes.add(node(graph));
                case GRAPH_INITIALIZER -> {
                    Initializer initializer = initializer(graph);
                    initializers.add(initializer);
                    shapes.put(initializer.name(), initializer.shape());
                }
                case GRAPH_VALUE_INFO -> addShape(graph.message(), shapes);
                case GRAPH_INPUT -> {
                    inputs.add(addShape(graph.message(), shapes));
                    rest.encoded(graph.whole());
                }
                default -> rest.encoded(graph.whole());
            }
        }
        return new GraphFile(
                ByteBuffer.allocate(0), inputs, nodes, shapes, initializers, ByteBuffer.wrap(rest.toByteArray()));
    }

    private static Node node(ProtoReader graph) {
        ProtoReader in = graph.message();
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, long[]> integers = new HashMap<>();
        boolean others = false;
        String op = "";
        String domain = "";
        while (in.next()) {
            switch (in.field()) {
                case 1 -> inputs.add(in.text());
                case 2 -> outputs.add(in.text());
                case 4 -> op = in.text();
                case 5 -> others |= !addIntegers(in.message(), integers);
                case 7 -> domain = in.text();
                default -> {}
            }
        }
        return new Node(op, domain, inputs, outputs, integers, others, graph.whole());
    }

    /** Whether the attribute is an integer or a list of them. */
    private static boolean addIntegers(ProtoReader attribute, Map<String, long[]> integers) {
        LongStream.Builder values = LongStream.builder();
        String name = "";
        boolean isIntegers = false;
        while (attribute.next()) {
            switch (attribute.field()) {
                case 1 -> name = attribute.text();
                case 3, 8 -> attribute.integers(values);
                case 20 -> isIntegers = attribute.integer() == 2 || attribute.integer() == 7;
                default -> {}
            }
        }
        if (isIntegers) {
            integers.put(name, values.build().toArray());
        }
        return isIntegers;
    }

    private static Initializer initializer(ProtoReader graph) {
        ProtoReader in = graph.message();
        LongStream.Builder shape = LongStream.builder();
        String name = "";
        int type = 0;
        boolean elsewhere = false;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> in.integers(shape);
                case 2 -> type = (int) in.integer();
                case 8 -> name = in.text();
                case 14 -> elsewhere = in.integer() != 0;
                default -> {}
            }
        }
        return new Initializer(name, type, shape.build().toArray(), elsewhere, graph.whole());
    }

    /**
     * Keeps the shape in a ValueInfoProto: in it are name and TypeProto, in this the tensor type, then the shape, then the
     * dimensions.
     *
     * @return the name
     */
    private static String addShape(ProtoReader info, Map<String, long[]> shapes) {
        String name = "";
        LongStream.Builder shape = LongStream.builder();
        boolean known = false;
        while (info.next()) {
            if (info.field() == 1) {
                name = info.text();
            } else if (info.field() == 2) {
                ProtoReader type = info.message();
                while (type.next()) {
                    known |= type.field() == 1 && addDimensions(type.message(), shape);
                }
            }
        }
        if (known) {
            shapes.put(name, shape.build().toArray());
        }
        return name;
    }

    private static boolean addDimensions(ProtoReader tensor, LongStream.Builder to) {
        boolean known = false;
        while (tensor.next()) {
            if (tensor.field() == 2) {
                known = true;
                ProtoReader shape = tensor.message();
                while (shape.next()) {
                    ProtoReader dimension = shape.message();
                    long length = -1;
                    while (dimension.next()) {
                        length = dimension.field() == 1 ? dimension.integer() : length;
                    }
                    to.add(length);
                }
            }
        }
        return known;
    }

    /**
     * The model with other nodes, in ONNX's binary form.
     *
     * @param nodes encoded nodes, in an order in which they can run
     * @param constants encoded initializers beyond those of the file
     * @return newly allocated direct memory
     */
    ByteBuffer with(List<ByteBuffer> nodes, List<ByteBuffer> constants) {
        List<ByteBuffer> fields = new ArrayList<>();
        fields.add(rest);
        fields.addAll(nodes);
        fields.addAll(constants);
        initializers.forEach(i -> fields.add(i.encoded()));
        int length = fields.stream().mapToInt(ByteBuffer::remaining).reduce(0, Math::addExact);
        byte[] start = new ProtoWriter().begin(MODEL_GRAPH, length).toByteArray();
        ByteBuffer model = ByteBuffer.allocateDirect(Math.addExact(header.remaining() + start.length, length));
        model.put(header.duplicate()).put(start);
        fields.forEach(field -> model.put(field.duplicate()));
        return model.flip();
    }

    /** An encoded node with one output. */
    static ByteBuffer node(String op, String output, List<String> inputs, Map<String, long[]> integers) {
        ProtoWriter node = new ProtoWriter();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, output).text(4, op);
        integers.forEach((name, values) -> {
            ProtoWriter attribute = new ProtoWriter().text(1, name);
            boolean single = name.equals("axis") || name.equals("group");
            for (long value : values) {
                attribute.integer(single ? 3 : 8, value);
            }
            node.message(5, attribute.integer(20, single ? 2 : 7));
        });
        return ByteBuffer.wrap(new ProtoWriter().message(GRAPH_NODE, node).toByteArray());
    }

    /** An encoded initializer. */
    static ByteBuffer constant(String name, int type, ByteBuffer elements, long... shape) {
        ProtoWriter tensor = new ProtoWriter();
        for (long d : shape) {
            tensor.integer(1, d);
        }
        byte[] raw = new byte[elements.remaining()];
        elements.duplicate().get(raw);
        tensor.integer(2, type).text(8, name).bytes(9, raw);
        return ByteBuffer.wrap(
                new ProtoWriter().message(GRAPH_INITIALIZER, tensor).toByteArray());
    }
}
