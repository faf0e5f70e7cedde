package io.adm4j.export.training;

import com.google.flatbuffers.FlatBufferBuilder;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The weights in a checkpoint file of ONNX Runtime's training API: a flatbuffer with the identifier {@code ODTC},
 * version 2. Optimizer moments that the runtime adds are left alone.
 *
 * @param trainable arrays that the optimizer changes, float32, by name
 * @param frozen arrays that the optimizer leaves alone (here: exponential moving averages), float32, by name
 */
public record OrtCheckpoint(Map<String, Tensor> trainable, Map<String, Tensor> frozen) {
    /** Beyond this the runtime splits its checkpoints in two; one file cannot pass 2 GiB. */
    static final long MAX_BYTES = 1800L << 20;

    private static final int VERSION = 2;
    private static final String IDENTIFIER = "ODTC";
    private static final int FLOAT = 1;

    /**
     * Writes a checkpoint from which training starts with fresh optimizer state.
     *
     * @throws UserError if the file cannot be written
     */
    public void write(Path file) {
        long bytes = 1 << 16;
        for (Map<String, Tensor> part : List.of(trainable, frozen)) {
            for (Tensor t : part.values()) {
                bytes += 4L * t.size() + 512;
            }
        }
        FlatBufferBuilder b = new FlatBufferBuilder(Math.toIntExact(bytes));
        int trainableVector = vector(b, tensors(b, trainable));
        int frozenVector = vector(b, tensors(b, frozen));
        b.startTable(3);
        b.addOffset(0, trainableVector, 0);
        b.addOffset(1, frozenVector, 0);
        int module = b.endTable();
        b.startTable(4);
        b.addInt(0, VERSION, 0);
        b.addOffset(1, module, 0);
        b.finish(b.endTable(), IDENTIFIER);
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer data = b.dataBuffer();
            while (data.hasRemaining()) {
                out.write(data);
            }
        } catch (IOException e) {
            throw new UserError("The checkpoint " + file + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Reads the weights of a checkpoint. The file is mapped into memory, so its arrays take none of the heap; it must not
     * be changed in place as long as they are used.
     *
     * @throws CheckpointException if the file cannot be read or is no such checkpoint
     */
    public static OrtCheckpoint read(Path file) {
        ByteBuffer data;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new CheckpointException(file + " is too large for a checkpoint of a run: it has " + channel.size()
                        + " bytes; give the checkpoint that harness train saved.");
            }
            data = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new CheckpointException("The checkpoint " + file + " could not be read: " + e.getMessage() + ".", e);
        }
        try {
            byte[] identifier = new byte[4];
            data.get(4, identifier);
            if (!IDENTIFIER.equals(new String(identifier, StandardCharsets.US_ASCII))) {
                throw new CheckpointException(file + " is no checkpoint of ONNX Runtime's training API.");
            }
            Table root = new Table(data, data.getInt(0));
            if (root.integer(0) != VERSION) {
                throw new CheckpointException(file + " is a checkpoint of version " + root.integer(0)
                        + "; this reads version " + VERSION + ".");
            }
            Table module = root.table(1);
            return new OrtCheckpoint(readTensors(module, 0), readTensors(module, 1));
        } catch (IndexOutOfBoundsException e) {
            throw new CheckpointException("The checkpoint " + file + " is truncated or damaged.", e);
        }
    }

    /** The name of the first array with an element that is infinite or NaN. */
    public Optional<String> notFinite() {
        return Stream.of(trainable, frozen)
                .flatMap(part -> part.entrySet().stream())
                .filter(array -> array.getValue().firstNonFinite().isPresent())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static Map<String, Tensor> readTensors(Table module, int field) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Table t : module.tables(field)) {
            long[] shape = t.longs(2);
            tensors.put(t.string(0), Tensor.wrap(ElementType.FLOAT32, t.bytes(4), shape));
        }
        return tensors;
    }

    private static List<Integer> tensors(FlatBufferBuilder b, Map<String, Tensor> part) {
        List<Integer> offsets = new ArrayList<>();
        part.forEach((name, t) -> {
            int nameOffset = b.createString(name);
            int raw = b.createByteVector(t.bytes());
            b.startVector(8, t.rank(), 8);
            for (int i = t.rank() - 1; i >= 0; i--) {
                b.addLong(t.dim(i));
            }
            int dims = b.endVector();
            b.startTable(6);
            b.addOffset(0, nameOffset, 0);
            b.addOffset(2, dims, 0);
            b.addInt(3, FLOAT, 0);
            b.addOffset(4, raw, 0);
            offsets.add(b.endTable());
        });
        return offsets;
    }

    private static int vector(FlatBufferBuilder b, List<Integer> offsets) {
        b.startVector(4, offsets.size(), 4);
        for (int i = offsets.size() - 1; i >= 0; i--) {
            b.addOffset(offsets.get(i));
        }
        return b.endVector();
    }

    /** Reads one flatbuffer table: the offset of field i is in the table's vtable. */
    private record Table(ByteBuffer data, int position) {

        private int field(int i) {
            int vtable = position - data.getInt(position);
            int at = 4 + 2 * i;
            int offset = at < data.getShort(vtable) ? data.getShort(vtable + at) : 0;
            return offset == 0 ? 0 : position + offset;
        }

        private int target(int i) {
            int at = field(i);
            if (at == 0) {
                throw new IndexOutOfBoundsException("field " + i + " is absent");
            }
            return at + data.getInt(at);
        }

        int integer(int i) {
            int at = field(i);
            return at == 0 ? 0 : data.getInt(at);
        }

        Table table(int i) {
            return new Table(data, target(i));
        }

        List<Table> tables(int i) {
            if (field(i) == 0) {
                return List.of();
            }
            int start = target(i);
            List<Table> tables = new ArrayList<>();
            for (int k = 0; k < data.getInt(start); k++) {
                int at = start + 4 + 4 * k;
                tables.add(new Table(data, at + data.getInt(at)));
            }
            return tables;
        }

        String string(int i) {
            return StandardCharsets.UTF_8.decode(bytes(i)).toString();
        }

        long[] longs(int i) {
            if (field(i) == 0) {
                return new long[0];
            }
            int start = target(i);
            long[] values = new long[data.getInt(start)];
            for (int k = 0; k < values.length; k++) {
                values[k] = data.getLong(start + 4 + 8 * k);
            }
            return values;
        }

        ByteBuffer bytes(int i) {
            int start = target(i);
            return data.slice(start + 4, data.getInt(start));
        }
    }
}
