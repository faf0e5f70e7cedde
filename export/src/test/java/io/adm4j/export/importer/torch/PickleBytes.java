package io.adm4j.export.importer.torch;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles and archives by hand, friendly and hostile ones. */
public final class PickleBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public PickleBytes() {
        op(0x80).op(2);
    }

    public PickleBytes op(int b) {
        out.write(b);
        return this;
    }

    public PickleBytes text(String s) {
        byte[] b = s.getBytes(StandardCharsets.UTF_8);
        op('X').out
                .writeBytes(ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(b.length)
                        .array());
        out.writeBytes(b);
        return this;
    }

    PickleBytes integer(long v) {
        op(0x8a).op(8)
                .out
                .writeBytes(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(v)
                        .array());
        return this;
    }

    PickleBytes global(String module, String name) {
        op('c').out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    PickleBytes tuple(long... values) {
        op('(');
        for (long v : values) {
            integer(v);
        }
        return op('t');
    }

    /** A tensor over the storage "0" of {@code stored} float32 elements. */
    public PickleBytes tensor(long stored, long offset, long[] shape, long[] strides) {
        global("torch._utils", "_rebuild_tensor_v2").op('(');
        op('(').text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .integer(stored)
                .op('t')
                .op('Q');
        integer(offset)
                .tuple(shape)
                .tuple(strides)
                .op(0x89)
                .global("collections", "OrderedDict")
                .op(')')
                .op('R');
        return op('t').op('R');
    }

    /** The lowest bytes of a number, least first. */
    PickleBytes number(int width, long v) {
        for (int i = 0; i < width; i++) {
            op((int) (v >> 8 * i));
        }
        return this;
    }

    public byte[] end() {
        return op('.').unended();
    }

    /** The bytes so far, without the operation that ends a pickle. */
    byte[] unended() {
        return out.toByteArray();
    }

    /** The pickle of a dict with one tensor "w". */
    static byte[] dictWithTensor(long stored, long offset, long[] shape, long[] strides) {
        return new PickleBytes()
                .op('}')
                .text("w")
                .tensor(stored, offset, shape, strides)
                .op('s')
                .end();
    }

    /** An archive as PyTorch writes it. */
    public static Path archive(Path file, byte[] pickle, byte[] storage) {
        return archive(file, Map.of("a/data.pkl", pickle, "a/data/0", storage), ZipEntry.STORED);
    }

    static Path archive(Path file, Map<String, byte[]> parts, int method) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> part : parts.entrySet()) {
                ZipEntry entry = new ZipEntry(part.getKey());
                entry.setMethod(part.getKey().endsWith(".pkl") ? ZipEntry.STORED : method);
                entry.setSize(part.getValue().length);
                CRC32 sum = new CRC32();
                sum.update(part.getValue());
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(part.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
