package io.adm4j.io;

import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a single npy file. */
public final class NpyWriter {
    private NpyWriter() {}

    /**
     * Writes an array, replacing an existing file.
     *
     * @throws ArrayFileException if the file cannot be written
     */
    public static void write(Path file, Tensor array) {
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer header = ByteBuffer.wrap(NpyHeader.encode(array.type(), array.shape()));
            while (header.hasRemaining()) {
                out.write(header);
            }
            ByteBuffer data = array.bytes();
            while (data.hasRemaining()) {
                out.write(data);
            }
        } catch (IOException e) {
            throw new ArrayFileException(file + " could not be written: " + e.getMessage() + ".", e);
        }
    }
}
