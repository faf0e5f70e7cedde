package io.adm4j.export.importer.torch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tensors in the safetensors format: eight bytes with the length of a JSON header, the header with each tensor's type, shape
 * and position, then the elements, row-major and little-endian, one tensor after the other without gaps. Opening reads the
 * header; each tensor is read when asked for.
 *
 * <p>The file is not trusted: no more memory is allocated than its size justifies. Every error is a {@link
 * CheckpointException} of one sentence.
 */
public final class SafetensorsCheckpoint implements Checkpoint {
    private static final String METADATA = "__metadata__";
    private static final int LENGTH_BYTES = 8;
    /** A header of a thousand tensors has about 100 KiB. */
    private static final int LARGEST_HEADER = 16 << 20;

    private static final int MOST_DIMENSIONS = 32;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(8).build())
            .build();

    private static final Map<String, StorageType> TYPES = Map.of(
            "F64", StorageType.DoubleStorage,
            "F32", StorageType.FloatStorage,
            "F16", StorageType.HalfStorage,
            "BF16", StorageType.BFloat16Storage,
            "I64", StorageType.LongStorage,
            "I32", StorageType.IntStorage,
            "I16", StorageType.ShortStorage,
            "I8", StorageType.CharStorage,
            "U8", StorageType.ByteStorage,
            "BOOL", StorageType.BoolStorage);

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, Place> places = new LinkedHashMap<>();

    /**
     * Where a tensor's elements are.
     *
     * @param begin its first byte, from the first element of the first tensor on
     * @param end the byte after its last
     */
    private record Place(StorageType type, long[] shape, long begin, long end) {}

    private SafetensorsCheckpoint(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        long size = channel.size();
        long header = size < LENGTH_BYTES ? -1 : read(0, LENGTH_BYTES).getLong();
        if (header < 2 || header > size - LENGTH_BYTES) {
            throw problem("is no complete safetensors file: fetch it again");
        }
        if (header > LARGEST_HEADER) {
            throw problem("has a header of " + header + " bytes; " + LARGEST_HEADER + " is the most");
        }
        this.dataStart = LENGTH_BYTES + header;
        parse(read(LENGTH_BYTES, (int) header));
        requireNoGaps(size - dataStart);
    }

    /**
     * Opens a file.
     *
     * @throws CheckpointException if it is no safetensors file, or is damaged
     */
    public static SafetensorsCheckpoint open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException("There is no checkpoint file " + file + ".");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file);
            return new SafetensorsCheckpoint(file, channel);
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel, e);
            throw e instanceof CheckpointException c
                    ? c
                    : new CheckpointException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** Whether a file begins like one of this format: a plausible header length, then a JSON object. */
    static boolean begins(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer start = ByteBuffer.allocate(LENGTH_BYTES + 1).order(ByteOrder.LITTLE_ENDIAN);
            while (start.hasRemaining() && channel.read(start) >= 0) {}
            if (start.hasRemaining()) {
                return false;
            }
            long header = start.getLong(0);
            return start.get(LENGTH_BYTES) == '{' && header >= 2 && header <= channel.size();
        }
    }

    private void parse(ByteBuffer header) throws IOException {
        try (JsonParser json =
                JSON.createParser(StandardCharsets.UTF_8.decode(header).toString())) {
            require(json.nextToken() == JsonToken.START_OBJECT, "its header is no JSON object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals(METADATA)) {
                    json.skipChildren();
                } else {
                    places.put(name, place(json, name));
                }
            }
            require(json.currentToken() == JsonToken.END_OBJECT, "its header ends too early");
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    file + " is damaged: its header is no JSON ("
                            + e.getOriginalMessage().lines().findFirst().orElse("") + ").",
                    e);
        }
    }

    private Place place(JsonParser json, String name) throws IOException {
        String which = "the entry of '" + RestrictedUnpickler.printable(name) + "' in its header";
        require(json.currentToken() == JsonToken.START_OBJECT, which + " is no object");
        String type = null;
        long[] shape = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "dtype" -> {
                    require(value == JsonToken.VALUE_STRING, which + " has no dtype");
                    type = json.getText();
                }
                case "shape" -> shape = numbers(json, which);
                case "data_offsets" -> offsets = numbers(json, which);
                default -> json.skipChildren();
            }
        }
        if (type == null || shape == null || offsets == null || offsets.length != 2) {
            throw problem("is damaged: " + which + " is incomplete");
        }
        StorageType known = TYPES.get(type);
        if (known == null) {
            throw problem("holds '" + RestrictedUnpickler.printable(name) + "' in the type "
                    + RestrictedUnpickler.printable(type) + ", which is not supported: save it as F32, F16 or BF16");
        }
        require(
                offsets[1] - offsets[0] == bytes(shape, known, which),
                which + " has a shape that does not fit its place");
        return new Place(known, shape, offsets[0], offsets[1]);
    }

    private long bytes(long[] shape, StorageType type, String which) {
        try {
            return Math.multiplyExact(Tensor.elements(shape), (long) type.bytes());
        } catch (ArithmeticException e) {
            throw problem("is damaged: " + which + " has a shape that overflows");
        }
    }

    /** An array of numbers from 0 up. */
    private long[] numbers(JsonParser json, String which) throws IOException {
        require(json.currentToken() == JsonToken.START_ARRAY, which + " has no array where one belongs");
        List<Long> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(
                    json.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                            && json.getLongValue() >= 0
                            && values.size() < MOST_DIMENSIONS,
                    which + " holds something other than a few whole numbers from 0 up");
            values.add(json.getLongValue());
        }
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    /** As the format demands: the tensors fill the rest of the file, so nothing can hide in it or be read twice. */
    private void requireNoGaps(long bytes) {
        long at = 0;
        List<Place> inOrder = new ArrayList<>(places.values());
        inOrder.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
        for (Place place : inOrder) {
            require(place.begin() == at, "its tensors overlap or leave gaps");
            at = place.end();
        }
        if (at > bytes) {
            throw problem(
                    "is cut short: its tensors take " + at + " bytes and " + bytes + " are there; fetch it again");
        }
        require(at == bytes, "there are " + (bytes - at) + " bytes behind its last tensor");
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw problem("is damaged: " + otherwise);
        }
    }

    private CheckpointException problem(String what) {
        return new CheckpointException(file + " " + what + ".");
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public String chosenEntry() {
        return "";
    }

    @Override
    public List<String> entries() {
        return List.of("");
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(places.keySet());
    }

    @Override
    public Entry entry(String name) {
        Place place = find(name);
        return new Entry(place.type().readAs(), place.shape().clone());
    }

    @Override
    public Tensor read(String name) {
        Place place = find(name);
        long length = place.end() - place.begin();
        long needed = Tensor.elements(place.shape()) * place.type().readAs().bytes();
        if (Math.max(length, needed) > Integer.MAX_VALUE) {
            throw new CheckpointException("The tensor '" + RestrictedUnpickler.printable(name) + "' in " + file
                    + " takes " + Math.max(length, needed) + " bytes; " + Integer.MAX_VALUE + " is the most.");
        }
        try {
            ByteBuffer bytes = read(dataStart + place.begin(), (int) length);
            if (place.type() != StorageType.BFloat16Storage) {
                return Tensor.wrap(place.type().readAs(), bytes, place.shape());
            }
            Tensor wide = Tensor.zeros(ElementType.FLOAT32, place.shape());
            ByteBuffer to = wide.bytes();
            while (to.hasRemaining()) {
                to.putInt(bytes.getShort() << 16);
            }
            return wide;
        } catch (IOException e) {
            throw new CheckpointException(
                    "The tensor '" + RestrictedUnpickler.printable(name) + "' in " + file + " could not be read: "
                            + e.getMessage() + ".",
                    e);
        }
    }

    private Place find(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw problem("has no tensor '" + RestrictedUnpickler.printable(name) + "'");
        }
        return place;
    }

    private ByteBuffer read(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("it ends too early");
            }
        }
        return bytes.flip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new CheckpointException(file + " could not be closed: " + e.getMessage() + ".", e);
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel, Exception reason) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
