package io.adm4j.export.importer.tensorflow;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.RestrictedUnpickler;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A frozen TensorFlow graph: the protobuf message GraphDef, weights inside as constants.
 *
 * <p>The file is not trusted: the memory it takes is bounded by a small multiple of its size, and every error is a
 * {@link CheckpointException} of one sentence.
 */
final class TensorFlowGraph {
    /** Constants that repeat one number may be larger than the file, up to this many bytes in total. */
    private static final long LEAST_FILL_BYTES = 1 << 20;

    private static final int MAX_RANK = 8;

    /** The Inception graph has a thousand. */
    private static final int MAX_NODES = 10_000;

    private static final int DT_FLOAT = 1;
    private static final int DT_INT32 = 3;
    private static final int DT_INT64 = 9;

    private final Map<String, TensorFlowNode> nodes = new LinkedHashMap<>();
    private long fillBytes;

    private TensorFlowGraph(ByteBuffer file) {
        fillBytes = Math.max(file.remaining(), LEAST_FILL_BYTES);
        WireReader graph = new WireReader(file);
        while (graph.next()) {
            if (graph.number() == 1) {
                TensorFlowNode node = node(graph.message());
                if (nodes.putIfAbsent(node.name(), node) != null) {
                    throw new TensorFlowGraphException("it has " + node + " twice");
                }
                if (nodes.size() > MAX_NODES) {
                    throw new TensorFlowGraphException("it has more than " + MAX_NODES + " nodes");
                }
            } else {
                graph.skip();
            }
        }
        if (nodes.isEmpty()) {
            throw new TensorFlowGraphException("it has no nodes");
        }
    }

    /**
     * Reads a file.
     *
     * @throws CheckpointException if it is no GraphDef, or is damaged
     */
    static TensorFlowGraph read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException("There is no file " + file + ".");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size > Integer.MAX_VALUE) {
                throw new CheckpointException(
                        file + " has " + size + " bytes, and no frozen TensorFlow graph can pass 2 GiB.");
            }
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) size);
            int read;
            do {
                read = channel.read(bytes);
            } while (read > 0);
            return new TensorFlowGraph(bytes.flip());
        } catch (IOException e) {
            throw new CheckpointException(file + " cannot be read: " + e.getMessage() + ".", e);
        } catch (TensorFlowGraphException e) {
            throw new CheckpointException(
                    file + " is no frozen TensorFlow graph (.pb), or is damaged: " + e.getMessage() + ".", e);
        }
    }

    /** The node of a name. */
    TensorFlowNode node(String name) {
        TensorFlowNode node = nodes.get(name);
        if (node == null) {
            throw new TensorFlowGraphException("it has no node '" + RestrictedUnpickler.printable(name) + "'");
        }
        return node;
    }

    /** Number of nodes. */
    int size() {
        return nodes.size();
    }

    private TensorFlowNode node(WireReader in) {
        String name = "";
        String op = "";
        List<String> inputs = new ArrayList<>();
        Map<String, Object> attributes = new HashMap<>();
        while (in.next()) {
            switch (in.number()) {
                case 1 -> name = in.text();
                case 2 -> op = in.text();
                case 3 -> {
                    String input = in.text();
                    if (!input.startsWith("^")) {
                        inputs.add(input.endsWith(":0") ? input.substring(0, input.length() - 2) : input);
                    }
                }
                case 5 -> attribute(in.message(), attributes);
                default -> in.skip();
            }
        }
        return new TensorFlowNode(name, op, List.copyOf(inputs), Map.copyOf(attributes));
    }

    private void attribute(WireReader in, Map<String, Object> attributes) {
        String key = "";
        Object value = null;
        while (in.next()) {
            switch (in.number()) {
                case 1 -> key = in.text();
                case 2 -> value = attributeValue(in.message());
                default -> in.skip();
            }
        }
        if (value != null) {
            attributes.put(key, value);
        }
    }

    private @Nullable Object attributeValue(WireReader in) {
        Object value = null;
        while (in.next()) {
            switch (in.number()) {
                case 1 -> value = longs(in.message());
                case 2 -> value = in.text();
                case 3 -> value = in.integer();
                case 4 -> value = in.real();
                case 5 -> value = in.integer() != 0;
                case 8 -> value = tensor(in.message());
                default -> in.skip();
            }
        }
        return value;
    }

    /** The integers of a list attribute. */
    private static List<Long> longs(WireReader in) {
        List<Long> values = new ArrayList<>();
        while (in.next()) {
            if (in.number() != 3) {
                in.skip();
            } else if (in.isBytes()) {
                WireReader packed = in.message();
                while (packed.hasMore()) {
                    values.add(packed.packedInteger());
                }
            } else {
                values.add(in.integer());
            }
        }
        return List.copyOf(values);
    }

    /** A constant; null for types that networks do not compute with, such as strings. */
    private @Nullable Tensor tensor(WireReader in) {
        long type = 0;
        long[] shape = {};
        ByteBuffer content = null;
        List<Number> listed = new ArrayList<>();
        while (in.next()) {
            switch (in.number()) {
                case 1 -> type = in.integer();
                case 2 -> shape = shape(in.message());
                case 4 -> content = in.bytes();
                case 5 -> floats(in, listed);
                case 7, 10 -> integers(in, listed);
                default -> in.skip();
            }
        }
        if (type != DT_FLOAT && type != DT_INT32 && type != DT_INT64) {
            return null;
        }
        ElementType element =
                type == DT_FLOAT ? ElementType.FLOAT32 : type == DT_INT32 ? ElementType.INT32 : ElementType.INT64;
        long bytes;
        try {
            bytes = Math.multiplyExact(Tensor.elements(shape), element.bytes());
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new TensorFlowGraphException("it has a constant of impossible shape");
        }
        if (content != null && content.hasRemaining()) {
            if (content.remaining() != bytes) {
                throw new TensorFlowGraphException(
                        "it has a constant of " + content.remaining() + " bytes whose shape takes " + bytes);
            }
            return Tensor.wrap(element, content, shape);
        }
        return filled(element, shape, bytes, listed);
    }

    /** A constant whose numbers are listed one by one; the last one stands for all that follow. */
    private Tensor filled(ElementType type, long[] shape, long bytes, List<Number> listed) {
        long elements = bytes / type.bytes();
        if (listed.size() > elements || listed.isEmpty() && elements > 0) {
            throw new TensorFlowGraphException(
                    "it has a constant of " + elements + " numbers that lists " + listed.size());
        }
        fillBytes -= bytes;
        if (fillBytes < 0) {
            throw new TensorFlowGraphException("its constants claim more memory than the size of the file justifies");
        }
        Tensor tensor = Tensor.zeros(type, shape);
        ByteBuffer out = tensor.bytes();
        for (int i = 0; i < elements; i++) {
            Number value = listed.get(Math.min(i, listed.size() - 1));
            switch (type) {
                case FLOAT32 -> out.putFloat(value.floatValue());
                case INT32 -> out.putInt(value.intValue());
                default -> out.putLong(value.longValue());
            }
        }
        return tensor;
    }

    private static void floats(WireReader in, List<Number> to) {
        if (!in.isBytes()) {
            to.add(in.real());
            return;
        }
        ByteBuffer packed = in.bytes();
        while (packed.remaining() >= Float.BYTES) {
            to.add(packed.getFloat());
        }
    }

    private static void integers(WireReader in, List<Number> to) {
        if (!in.isBytes()) {
            to.add(in.integer());
            return;
        }
        WireReader packed = in.message();
        while (packed.hasMore()) {
            to.add(packed.packedInteger());
        }
    }

    private static long[] shape(WireReader in) {
        List<Long> shape = new ArrayList<>();
        while (in.next()) {
            if (in.number() != 2) {
                in.skip();
                continue;
            }
            WireReader dimension = in.message();
            long size = 0;
            while (dimension.next()) {
                if (dimension.number() == 1) {
                    size = dimension.integer();
                } else {
                    dimension.skip();
                }
            }
            shape.add(size);
            if (shape.size() > MAX_RANK) {
                throw new TensorFlowGraphException("it has a constant of more than " + MAX_RANK + " dimensions");
            }
        }
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
