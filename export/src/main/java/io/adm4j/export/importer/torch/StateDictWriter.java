package io.adm4j.export.importer.torch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes float32 weights as a state dict that PyTorch loads: a {@code .pt} file, also with {@code weights_only=True}, or a
 * safetensors file.
 */
public final class StateDictWriter {
    private static final int FLOAT_BYTES = Float.BYTES;

    private final Map<String, Tensor> weights;

    /** @param weights float32 by name; not modified */
    public StateDictWriter(Map<String, Tensor> weights) {
        this.weights = weights;
    }

    /** Whether the name of a file asks for one of the formats. */
    public static boolean knows(Path file) {
        return isTorch(file) || isSafetensors(file);
    }

    private static boolean isTorch(Path file) {
        return lowerCase(file).endsWith(".pt");
    }

    private static boolean isSafetensors(Path file) {
        return lowerCase(file).endsWith(".safetensors");
    }

    private static String lowerCase(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT);
    }

    /**
     * Writes the file, atomically, in the format of its ending.
     *
     * @throws UserError if it ends neither in .pt nor in .safetensors, or cannot be written
     */
    public void write(Path file) {
        if (!knows(file)) {
            throw new UserError("Weights are written to a file that ends in .pt or .safetensors, not to " + file + ".");
        }
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
                if (isTorch(file)) {
                    writeTorch(out);
                } else {
                    writeSafetensors(out);
                }
            }
            AtomicFile.rename(temporary, file);
        } catch (IOException e) {
            throw new UserError("Cannot write " + file + ": " + e.getMessage() + ".", e);
        }
    }

    private void writeSafetensors(OutputStream out) throws IOException {
        ObjectNode header = new ObjectMapper().createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long end = 0;
        for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
            ObjectNode entry = header.putObject(weight.getKey()).put("dtype", "F32");
            for (long dimension : weight.getValue().shape()) {
                entry.withArray("shape").add(dimension);
            }
            if (weight.getValue().rank() == 0) {
                entry.putArray("shape");
            }
            long begin = end;
            end += (long) weight.getValue().size() * FLOAT_BYTES;
            entry.putArray("data_offsets").add(begin).add(end);
        }
        String text = header.toString();
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        // Padded with spaces so that the data is aligned.
        int padded = (length + 7) / 8 * 8;
        out.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .array());
        out.write((text + " ".repeat(padded - length)).getBytes(StandardCharsets.UTF_8));
        WritableByteChannel channel = Channels.newChannel(out);
        for (Tensor weight : weights.values()) {
            writeFully(channel, weight.bytes());
        }
    }

    private void writeTorch(OutputStream out) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            put(zip, "archive/data.pkl", ByteBuffer.wrap(pickle()));
            put(zip, "archive/byteorder", ByteBuffer.wrap("little".getBytes(StandardCharsets.US_ASCII)));
            int key = 0;
            for (Tensor weight : weights.values()) {
                put(zip, "archive/data/" + key++, weight.bytes());
            }
            put(zip, "archive/version", ByteBuffer.wrap("3\n".getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** PyTorch reads stored entries only. */
    private static void put(ZipOutputStream zip, String name, ByteBuffer bytes) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(bytes.duplicate());
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTime(0);
        entry.setSize(bytes.remaining());
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        writeFully(Channels.newChannel(zip), bytes);
        zip.closeEntry();
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        ByteBuffer rest = bytes.duplicate();
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    /** An OrderedDict of tensors in pickle protocol 2, each rebuilt from its storage as torch.save has it. */
    private byte[] pickle() {
        Pickle p = new Pickle();
        p.op(0x80).op(2);
        p.global("collections", "OrderedDict").op(')').op('R').op('(');
        int key = 0;
        for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
            Tensor tensor = weight.getValue();
            p.text(weight.getKey());
            p.global("torch._utils", "_rebuild_tensor_v2").op('(');
            p.op('(').text("storage").global("torch", "FloatStorage");
            p.text(Integer.toString(key++))
                    .text("cpu")
                    .whole(tensor.size())
                    .op('t')
                    .op('Q');
            p.whole(0).tuple(tensor.shape()).tuple(strides(tensor.shape()));
            p.op(0x89).global("collections", "OrderedDict").op(')').op('R');
            p.op('t').op('R');
        }
        p.op('u').op('.');
        return p.bytes.toByteArray();
    }

    private static long[] strides(long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /** Writes opcodes of pickle and their arguments. */
    private static final class Pickle {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Pickle op(int code) {
            bytes.write(code);
            return this;
        }

        Pickle global(String module, String name) {
            op('c').bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Pickle text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            return op('X').integer(utf8.length).raw(utf8);
        }

        /** BININT, or a decimal LONG where it does not fit. */
        Pickle whole(long value) {
            if (value == (int) value) {
                return op('J').integer((int) value);
            }
            return op('L').raw((value + "L\n").getBytes(StandardCharsets.US_ASCII));
        }

        Pickle tuple(long... values) {
            op('(');
            for (long value : values) {
                whole(value);
            }
            return op('t');
        }

        private Pickle integer(int value) {
            return raw(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        private Pickle raw(byte[] values) {
            bytes.writeBytes(values);
            return this;
        }
    }
}
