package io.adm4j.harness.evaluation.features;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes frozen TensorFlow graphs (GraphDef) by hand, honest and broken ones. */
public final class FrozenGraph {
    private final Map<String, byte[]> nodes = new LinkedHashMap<>();

    /** Attributes: Long, Float, Boolean, String, or long[]. */
    public FrozenGraph node(String name, String op, List<String> inputs, Map<String, Object> attributes) {
        Message node = new Message().text(1, name).text(2, op);
        inputs.forEach(i -> node.text(3, i));
        // The element type, which readers pass over.
        node.message(5, attribute("T", new Message().number(6, 1)));
        attributes.forEach((key, value) -> node.message(5, attribute(key, value(value))));
        nodes.put(name, node.bytes());
        return this;
    }

    public FrozenGraph node(String name, String op, String... inputs) {
        return node(name, op, List.of(inputs), Map.of());
    }

    /** A float constant, packed as bytes. */
    public FrozenGraph constant(String name, float[] values, long... shape) {
        ByteBuffer content = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        content.asFloatBuffer().put(values);
        return constant(name, tensor(1, shape).raw(4, content.array()));
    }

    /** A float constant that lists its first numbers; the last one stands for the rest. */
    public FrozenGraph listed(String name, float[] values, long... shape) {
        Message tensor = tensor(1, shape);
        for (float v : values) {
            tensor.real(5, v);
        }
        return constant(name, tensor);
    }

    /** An int32 constant, its numbers in a packed list. */
    public FrozenGraph constant(String name, int[] values, long... shape) {
        Message packed = new Message();
        for (int v : values) {
            packed.varint(v);
        }
        return constant(name, tensor(3, shape).message(7, packed));
    }

    private FrozenGraph constant(String name, Message tensor) {
        Message node = new Message().text(1, name).text(2, "Const");
        node.message(5, attribute("value", new Message().message(8, tensor)));
        nodes.put(name, node.bytes());
        return this;
    }

    public FrozenGraph without(String name) {
        nodes.remove(name);
        return this;
    }

    public byte[] bytes() {
        Message graph = new Message();
        nodes.values().forEach(n -> graph.raw(1, n));
        return graph.message(4, new Message().number(1, 8)).bytes();
    }

    private static Message attribute(String key, Message value) {
        return new Message().text(1, key).message(2, value);
    }

    private static Message value(Object value) {
        Message message = new Message();
        if (value instanceof Long l) {
            return message.number(3, l);
        } else if (value instanceof Float f) {
            return message.real(4, f);
        } else if (value instanceof Boolean b) {
            return message.number(5, b ? 1 : 0);
        } else if (value instanceof String s) {
            return message.text(2, s);
        }
        Message packed = new Message();
        for (long l : (long[]) value) {
            packed.varint(l);
        }
        return message.message(1, new Message().message(3, packed));
    }

    private static Message tensor(int type, long... shape) {
        Message dimensions = new Message();
        for (long d : shape) {
            dimensions.message(2, new Message().number(1, d));
        }
        return new Message().number(1, type).message(2, dimensions);
    }

    /** A protobuf message in the making. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        byte[] bytes() {
            return out.toByteArray();
        }

        Message varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
            return this;
        }

        Message number(int field, long value) {
            return varint((long) field << 3).varint(value);
        }

        Message real(int field, float value) {
            varint((long) field << 3 | 5);
            out.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(value)
                    .array());
            return this;
        }

        Message raw(int field, byte[] value) {
            varint((long) field << 3 | 2).varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return raw(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return raw(field, value.bytes());
        }
    }
}
