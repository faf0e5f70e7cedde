package io.adm4j.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes small ONNX graphs by hand, field by field of the ONNX protobuf schema, so that tests of the core need neither
 * protobuf nor binary files.
 */
public final class TinyGraph {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;

    private final Message graph = new Message();

    /** A float input or output; negative dimensions stand for any length. */
    public TinyGraph floatInput(String name, long... shape) {
        graph.message(11, valueInfo(name, FLOAT, shape));
        return this;
    }

    public TinyGraph longInput(String name, long... shape) {
        graph.message(11, valueInfo(name, INT64, shape));
        return this;
    }

    public TinyGraph floatOutput(String name, long... shape) {
        graph.message(12, valueInfo(name, FLOAT, shape));
        return this;
    }

    public TinyGraph constant(String name, float value) {
        ByteBuffer raw = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
        graph.message(5, new Message().varint(2, FLOAT).text(8, name).bytes(9, raw.array()));
        return this;
    }

    public TinyGraph constant(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        graph.message(
                5,
                new Message()
                        .varint(1, values.length)
                        .varint(2, INT64)
                        .text(8, name)
                        .bytes(9, raw.array()));
        return this;
    }

    /** A float scalar stored in another file, from its first byte. */
    public TinyGraph external(String name, String location) {
        Message entry = new Message().text(1, "location").text(2, location);
        graph.message(
                5,
                new Message().varint(2, FLOAT).text(8, name).message(13, entry).varint(14, 1));
        return this;
    }

    /** A node whose attribute is a tensor stored in another file. */
    public TinyGraph externalInAttribute(String output, String location) {
        Message entry = new Message().text(1, "location").text(2, location);
        Message tensor = new Message().varint(2, FLOAT).message(13, entry).varint(14, 1);
        Message value = new Message().text(1, "value").message(5, tensor).varint(20, 4);
        graph.message(1, node("Constant", output, new String[0], value));
        return this;
    }

    public TinyGraph node(String op, String output, String... inputs) {
        graph.message(1, node(op, output, inputs, null));
        return this;
    }

    public TinyGraph castToFloat(String output, String input) {
        Message to = new Message().text(1, "to").varint(3, FLOAT).varint(20, 2);
        graph.message(1, node("Cast", output, new String[] {input}, to));
        return this;
    }

    public byte[] bytes() {
        graph.text(2, "tiny");
        return new Message()
                .varint(1, IR_VERSION)
                .message(8, new Message().text(1, "").varint(2, OPSET))
                .message(7, graph)
                .toByteArray();
    }

    private static Message node(String op, String output, String[] inputs, Message attribute) {
        Message node = new Message();
        for (String input : inputs) {
            node.text(1, input);
        }
        node.text(2, output).text(4, op);
        return attribute == null ? node : node.message(5, attribute);
    }

    private static Message valueInfo(String name, int type, long... shape) {
        Message dims = new Message();
        for (long d : shape) {
            dims.message(1, d < 0 ? new Message().text(2, "any") : new Message().varint(1, d));
        }
        Message tensor = new Message().varint(1, type).message(2, dims);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** A protobuf message under construction. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            writeVarint((long) field << 3);
            writeVarint(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            writeVarint((long) field << 3 | 2);
            writeVarint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toByteArray());
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }

        private void writeVarint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
