package io.adm4j.harness.training.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The files of a checkpoint of {@link PlainEngine}: {@code weights.json} with names and shapes, and for each array one file of
 * float32 in little-endian order, parameter after parameter, whose size and CRC-32C the index states.
 *
 * <pre>
 * {"format": "adm4j-training", "version": 1, "updates": 1000, "lg_loss_scale": 20.98,
 *  "parameters": [{"name": "time_embed.0.weight", "shape": [512, 128]}, ...],
 *  "arrays": {"weights": {"file": "weights.bin", "bytes": 1183632396, "crc32c": "0a1b2c3d"}, ...}}
 * </pre>
 *
 * <p>Arrays are {@code weights}, {@code first_moments}, {@code second_moments}, {@code average_RATE} and, of several workers' runs,
 * {@code outer_momentum}. A checkpoint of no updates has no moments: they are zero then. Averages that a new run's checkpoint lacks
 * equal the weights.
 *
 * @param updates of AdamW since its moments were zero
 * @param lgLossScale base-2 logarithm of the scale of the next step's loss, in mixed precision
 */
record StateFiles(
        Path folder, long updates, OptionalDouble lgLossScale, StateLayout layout, Map<String, Entry> entries) {
    static final String INDEX = "weights.json";
    static final String WEIGHTS = "weights";
    static final String FIRST_MOMENTS = "first_moments";
    static final String SECOND_MOMENTS = "second_moments";

    private static final String FORMAT = "adm4j-training";
    private static final int VERSION = 1;
    /** Bytes that are read, written and summed up at once. */
    private static final int CHUNK = 1 << 22;

    /** One array's file. */
    record Entry(String file, long bytes, String crc) {}

    static String average(double rate) {
        return "average_" + rate;
    }

    /**
     * Writes a checkpoint.
     *
     * @param arrays by name, each as its parts in order
     * @throws UserError if a file cannot be written
     */
    static void write(
            Path folder,
            long updates,
            OptionalDouble lgLossScale,
            StateLayout layout,
            Map<String, Collection<Tensor>> arrays) {
        try {
            Map<String, Entry> entries = new LinkedHashMap<>();
            for (Map.Entry<String, Collection<Tensor>> array : arrays.entrySet()) {
                entries.put(array.getKey(), writeArray(folder, array.getKey(), array.getValue()));
            }
            Files.writeString(folder.resolve(INDEX), index(updates, lgLossScale, layout, entries) + "\n");
        } catch (IOException e) {
            throw new UserError("The checkpoint " + folder + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    private static Entry writeArray(Path folder, String name, Collection<Tensor> parts) throws IOException {
        String file = name + ".bin";
        CRC32C sum = new CRC32C();
        try (FileChannel out = FileChannel.open(
                folder.resolve(file),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            for (Tensor part : parts) {
                for (ByteBuffer chunk : chunks(part)) {
                    sum.update(chunk.duplicate());
                    while (chunk.hasRemaining()) {
                        out.write(chunk);
                    }
                }
            }
            return new Entry(file, out.size(), hex(sum));
        }
    }

    private static List<ByteBuffer> chunks(Tensor tensor) {
        ByteBuffer bytes = tensor.bytes();
        List<ByteBuffer> chunks = new ArrayList<>();
        for (int from = 0; from < bytes.limit(); from += CHUNK) {
            chunks.add(bytes.slice(from, Math.min(CHUNK, bytes.limit() - from)));
        }
        return chunks;
    }

    private static String hex(CRC32C sum) {
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    private static String index(
            long updates, OptionalDouble lgLossScale, StateLayout layout, Map<String, Entry> entries)
            throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode index = mapper.createObjectNode()
                .put("format", FORMAT)
                .put("version", VERSION)
                .put("updates", updates);
        lgLossScale.ifPresent(scale -> index.put("lg_loss_scale", scale));
        layout.places().forEach((name, place) -> {
            ObjectNode parameter = index.withArray("parameters").addObject().put("name", name);
            parameter.putArray("shape");
            for (long d : place.shape()) {
                parameter.withArray("shape").add(d);
            }
        });
        ObjectNode arrays = index.putObject("arrays");
        entries.forEach((name, entry) -> arrays.putObject(name)
                .put("file", entry.file())
                .put("bytes", entry.bytes())
                .put("crc32c", entry.crc()));
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(index);
    }

    /**
     * Reads the index of a checkpoint.
     *
     * @throws CheckpointException if it is damaged
     */
    static StateFiles open(Path folder) {
        Path file = folder.resolve(INDEX);
        try {
            JsonNode index = new ObjectMapper().readTree(file.toFile());
            if (!index.path("format").asText().equals(FORMAT)
                    || index.path("version").asInt() != VERSION) {
                throw new CheckpointException(
                        file + " is no index of version " + VERSION + " of the checkpoints of this program.");
            }
            Map<String, long[]> shapes = new LinkedHashMap<>();
            for (JsonNode parameter : index.required("parameters")) {
                List<Long> shape = new ArrayList<>();
                parameter.required("shape").forEach(d -> shape.add(d.asLong()));
                shapes.put(
                        parameter.required("name").asText(),
                        shape.stream().mapToLong(Long::longValue).toArray());
            }
            StateLayout layout = StateLayout.of(shapes);
            Map<String, Entry> entries = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> array : index.required("arrays").properties()) {
                JsonNode entry = array.getValue();
                entries.put(
                        array.getKey(),
                        new Entry(
                                Path.of(entry.required("file").asText())
                                        .getFileName()
                                        .toString(),
                                entry.required("bytes").asLong(),
                                entry.required("crc32c").asText()));
                if (entry.required("bytes").asLong() != layout.elements() * Float.BYTES) {
                    throw new IllegalArgumentException(array.getKey() + " has another size");
                }
            }
            OptionalDouble lgLossScale = index.has("lg_loss_scale")
                    ? OptionalDouble.of(index.get("lg_loss_scale").asDouble())
                    : OptionalDouble.empty();
            return new StateFiles(folder, index.required("updates").asLong(), lgLossScale, layout, entries);
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw damaged(file, "it cannot be parsed", e);
        }
    }

    /** Whether there are weights alone. */
    boolean isOfNewRun() {
        return entries.keySet().equals(Set.of(WEIGHTS));
    }

    boolean has(String array) {
        return entries.containsKey(array);
    }

    /**
     * Reads an array into memory.
     *
     * @throws CheckpointException if it is damaged
     */
    void read(String array, StateArray into) {
        Entry entry = entry(array);
        Path file = folder.resolve(entry.file());
        CRC32C sum = new CRC32C();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            requireSize(file, in.size(), entry);
            for (Tensor block : into.blocks()) {
                for (ByteBuffer chunk : chunks(block)) {
                    ByteBuffer target = chunk.duplicate();
                    while (target.hasRemaining()) {
                        if (in.read(target) < 0) {
                            throw new EOFException();
                        }
                    }
                    sum.update(chunk);
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        requireSum(file, sum, entry);
    }

    /**
     * An array by parameter, mapped into memory: it takes none of the heap, and the file must not be changed as long as it is
     * used.
     *
     * @throws CheckpointException if it is damaged
     */
    Map<String, Tensor> map(String array) {
        Entry entry = entry(array);
        Path file = folder.resolve(entry.file());
        CRC32C sum = new CRC32C();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            requireSize(file, in.size(), entry);
            long from = 0;
            for (Map.Entry<String, StateLayout.Place> parameter :
                    layout.places().entrySet()) {
                long bytes = (long) parameter.getValue().size() * Float.BYTES;
                ByteBuffer mapped = in.map(FileChannel.MapMode.READ_ONLY, from, bytes);
                sum.update(mapped.duplicate());
                tensors.put(
                        parameter.getKey(),
                        Tensor.wrap(
                                ElementType.FLOAT32,
                                mapped,
                                parameter.getValue().shape()));
                from += bytes;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        requireSum(file, sum, entry);
        return tensors;
    }

    private Entry entry(String array) {
        if (!has(array)) {
            throw new CheckpointException("The checkpoint " + folder + " has no array '" + array + "'.");
        }
        return Objects.requireNonNull(entries.get(array));
    }

    private static void requireSize(Path file, long bytes, Entry entry) {
        if (bytes != entry.bytes()) {
            throw damaged(file, "it has " + bytes + " bytes instead of " + entry.bytes(), null);
        }
    }

    private static void requireSum(Path file, CRC32C sum, Entry entry) {
        if (!hex(sum).equals(entry.crc())) {
            throw damaged(file, "its checksum is another than the one in " + INDEX, null);
        }
    }

    private static CheckpointException unreadable(Path file, IOException e) {
        return new CheckpointException(file + " could not be read: " + e.getMessage() + ".", e);
    }

    private static CheckpointException damaged(Path file, String why, Throwable cause) {
        return new CheckpointException(
                file + " is damaged (" + why + "): delete the checkpoint to resume from the one before it.", cause);
    }
}
