package io.adm4j.export.importer.torch;

import io.adm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Writes safetensors files by hand, honest and hostile ones. */
public final class SafetensorsBytes {
    private final StringBuilder header = new StringBuilder("{");
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** A tensor whose elements are these bytes; {@code shape} as in JSON. */
    public SafetensorsBytes tensor(String name, String type, String shape, byte[] bytes) {
        header.append(header.length() > 1 ? "," : "")
                .append(String.format(
                        Locale.ROOT,
                        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
                        name,
                        type,
                        shape,
                        data.size(),
                        data.size() + bytes.length));
        data.writeBytes(bytes);
        return this;
    }

    SafetensorsBytes metadata(String json) {
        header.append(header.length() > 1 ? "," : "")
                .append("\"__metadata__\":")
                .append(json);
        return this;
    }

    public byte[] toByteArray() {
        return file(header + "}", data.toByteArray());
    }

    /**
     * A checkpoint's tensors as float32.
     *
     * @param prefix put before each name
     */
    public SafetensorsBytes tensors(Checkpoint checkpoint, String prefix) {
        for (String name : checkpoint.names()) {
            Tensor tensor = checkpoint.readFloat32(name);
            tensor(prefix + name, "F32", Arrays.toString(tensor.shape()), floats(tensor.toFloatArray()));
        }
        return this;
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

    public static byte[] floats(float... values) {
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
