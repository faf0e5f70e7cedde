package io.adm4j.export.graph;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Weights beside the graphs that use them (ONNX's external data), which ONNX Runtime maps into memory. Several graphs in
 * the same folder can share one: an array that two of them have under one name is written once.
 */
public final class WeightFile implements AutoCloseable {
    /** Arrays start at multiples of a memory page, so that each can be mapped. */
    static final int ALIGNMENT = 4096;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Place> places = new HashMap<>();
    private long end;

    /** The position of an array in the file, in bytes. */
    record Place(long offset, long length) {}

    private WeightFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Starts a file; an older one is replaced.
     *
     * @throws UserError if it cannot be written
     */
    public static WeightFile create(Path file) {
        try {
            return new WeightFile(
                    file,
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** How graphs beside the file name it. */
    String name() {
        return file.getFileName().toString();
    }

    /** The position of the array of this name; null if it is not in the file yet. */
    @Nullable
    Place find(String name) {
        return places.get(name);
    }

    /** Appends an array. */
    Place add(String name, Tensor tensor) {
        long offset = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer bytes = tensor.bytes();
        Place place = new Place(offset, bytes.remaining());
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes, offset + bytes.position());
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
        end = offset + place.length();
        places.put(name, place);
        return place;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static UserError failure(Path file, IOException e) {
        return new UserError(file + " could not be written: " + e.getMessage() + ".", e);
    }
}
