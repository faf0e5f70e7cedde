package io.adm4j.export.importer.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Puts safetensors files together by hand. */
final class SafetensorsBytes {
    private final StringBuilder header = new StringBuilder("{");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** A tensor whose elements are these bytes; {@code shape} as in JSON. */
    SafetensorsBytes tensor(String name, String type, String shape, byte[] bytes) {
        header.append(header.length() > 1 ? "," : "")
                .append("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                        .formatted(name, type, shape, data.size(), data.size() + bytes.length));
        data.writeBytes(bytes);
        return this;
    }

    SafetensorsBytes metadata(String json) {
        header.append(header.length() > 1 ? "," : "")
                .append("\"__metadata__\":")
                .append(json);
        return this;
    }

    byte[] toByteArray() {
        return file(header + "}", data.toByteArray());
    }

    /** A file of any header. */
    static byte[] file(String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(data)
                .array();
    }

    static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static byte[] shorts(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putShort((short) value);
        }
        return bytes.array();
    }
}
