package io.adm4j.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which other files an ONNX graph takes weights from (its external data). Walks the messages of the file without a
 * protobuf library and passes over the weights that are inside, so it is quick for graphs of any size.
 */
final class ExternalData {
    /** Graphs lie within graphs (branches, loops), but never this deep. */
    private static final int MAX_DEPTH = 100;

    private static final int MAX_TEXT_BYTES = 1 << 12;

    private final String graph;
    private final Bytes bytes;
    private final long size;
    private final ByteBuffer window =
            ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    /** Where in the file the window ends. */
    private long windowEnd;

    private final Set<String> locations = new TreeSet<>();

    /** The messages of onnx.proto in which tensors can be. */
    private enum Message {
        MODEL,
        GRAPH,
        TRAINING,
        FUNCTION,
        NODE,
        ATTRIBUTE,
        SPARSE_TENSOR,
        TENSOR,
        ENTRY;

        /** The message in a field; null where the field cannot lead to a tensor. */
        @Nullable
        Message within(long field) {
            return switch (this) {
                case MODEL -> field == 7 ? GRAPH : field == 20 ? TRAINING : field == 25 ? FUNCTION : null;
                case GRAPH -> field == 1 ? NODE : field == 5 ? TENSOR : field == 15 ? SPARSE_TENSOR : null;
                case TRAINING -> field == 1 || field == 2 ? GRAPH : null;
                case FUNCTION -> field == 7 ? NODE : field == 11 ? ATTRIBUTE : null;
                case NODE -> field == 5 ? ATTRIBUTE : null;
                case ATTRIBUTE ->
                    field == 5 || field == 10
                            ? TENSOR
                            : field == 6 || field == 11 ? GRAPH : field == 22 || field == 23 ? SPARSE_TENSOR : null;
                case SPARSE_TENSOR -> field == 1 || field == 2 ? TENSOR : null;
                case TENSOR -> field == 13 ? ENTRY : null;
                case ENTRY -> null;
            };
        }
    }

    /** The bytes of a graph. */
    @FunctionalInterface
    private interface Bytes {
        /** Reads from a place on into a buffer; gives the number of bytes, or a negative number at the end. */
        int read(ByteBuffer target, long from) throws IOException;
    }

    private ExternalData(String graph, Bytes bytes, long size) {
        this.graph = graph;
        this.bytes = bytes;
        this.size = size;
    }

    /**
     * The files that the tensors of a graph name, as they name them.
     *
     * @throws BundleException if the file is no ONNX graph
     */
    static Set<String> locations(Path graph) throws IOException {
        try (FileChannel channel = FileChannel.open(graph, StandardOpenOption.READ)) {
            return new ExternalData(graph.toString(), channel::read, channel.size()).locations();
        }
    }

    /**
     * As {@link #locations(Path)}, of a graph in memory.
     *
     * @param graph how messages name it
     * @param bytes from position 0 to the limit; not modified
     */
    static Set<String> locations(String graph, ByteBuffer bytes) throws IOException {
        Bytes memory = (target, from) -> {
            int count = Math.min(target.remaining(), bytes.limit() - (int) from);
            target.put(bytes.slice((int) from, count));
            return count;
        };
        return new ExternalData(graph, memory, bytes.limit()).locations();
    }

    private Set<String> locations() throws IOException {
        message(Message.MODEL, size, 0);
        return locations;
    }

    private void message(Message kind, long end, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw malformed("its messages are nested too deeply");
        }
        String key = "";
        String value = "";
        while (position() < end) {
            long tag = varint();
            long field = tag >>> 3;
            switch ((int) (tag & 7)) {
                case 0 -> varint();
                case 1 -> skip(8, end);
                case 5 -> skip(4, end);
                case 2 -> {
                    long length = varint();
                    if (length < 0 || length > end - position()) {
                        throw malformed("a part of it is longer than the whole");
                    }
                    Message within = kind.within(field);
                    if (within != null) {
                        message(within, position() + length, depth + 1);
                    } else if (kind == Message.ENTRY && field == 1) {
                        key = text(length);
                    } else if (kind == Message.ENTRY && field == 2) {
                        value = text(length);
                    } else {
                        skip(length, end);
                    }
                }
                default -> throw malformed("it is made of other things than protobuf fields");
            }
        }
        if (position() != end) {
            throw malformed("a part of it is longer than the whole");
        }
        if (key.equals("location")) {
            locations.add(value);
        }
    }

    private String text(long length) throws IOException {
        if (length > MAX_TEXT_BYTES) {
            throw malformed("the description of its external data is too long");
        }
        byte[] bytes = new byte[(int) length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = next();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = next();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw malformed("it has a number of more than 64 bits");
    }

    private long position() {
        return windowEnd - window.remaining();
    }

    private byte next() throws IOException {
        if (!window.hasRemaining()) {
            window.clear();
            int n = bytes.read(window, windowEnd);
            window.flip();
            if (n <= 0) {
                throw malformed("it is cut short");
            }
            windowEnd += n;
        }
        return window.get();
    }

    private void skip(long bytes, long end) throws IOException {
        if (bytes > end - position()) {
            throw malformed("a part of it is longer than the whole");
        }
        if (bytes <= window.remaining()) {
            window.position(window.position() + (int) bytes);
        } else {
            windowEnd = position() + bytes;
            window.limit(0);
        }
    }

    private BundleException malformed(String why) {
        return new BundleException(graph + " is no ONNX graph: " + why + "; fetch or export the bundle again.");
    }
}
