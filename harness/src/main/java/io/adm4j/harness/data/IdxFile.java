package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * An array of unsigned bytes in the IDX format of the MNIST datasets, read from its beginning on: two zero bytes, the element
 * type (8), the rank, the dimensions as big-endian 32-bit numbers, then the elements in C order.
 */
final class IdxFile implements AutoCloseable {
    private static final int UNSIGNED_BYTE = 8;

    /** Deflate encodes at most 258 bytes in two bits. */
    private static final long MOST_INFLATION = 1032;

    private final Path file;
    private final DataInputStream in;
    private final int[] shape;

    private IdxFile(Path file, DataInputStream in, int rank) throws IOException {
        this.file = file;
        this.in = in;
        this.shape = shape(rank);
    }

    /**
     * Opens a file, decompressed if its name ends in {@code .gz}.
     *
     * @param rank the number of dimensions it must have
     * @throws UserError if the file is damaged or has another type or rank
     */
    static IdxFile open(Path file, int rank) {
        try {
            InputStream raw = new BufferedInputStream(Files.newInputStream(file));
            try {
                InputStream unpacked = isPacked(file) ? new BufferedInputStream(new GZIPInputStream(raw)) : raw;
                return new IdxFile(file, new DataInputStream(unpacked), rank);
            } catch (IOException | UserError e) {
                raw.close();
                throw e;
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static boolean isPacked(Path file) {
        return file.toString().endsWith(".gz");
    }

    private int[] shape(int rank) throws IOException {
        int magic = in.readInt();
        if (magic != (UNSIGNED_BYTE << 8 | rank)) {
            throw new UserError("The file " + file + " is not an IDX file of unsigned bytes with " + rank
                    + " dimensions; it starts with " + String.format("%08x", magic) + ".");
        }
        int[] dimensions = new int[rank];
        long room = Files.size(file) * (isPacked(file) ? MOST_INFLATION : 1);
        for (int i = 0; i < rank; i++) {
            dimensions[i] = in.readInt();
            if (dimensions[i] < 1) {
                throw new UserError("The file " + file + " says that dimension " + i + " is " + dimensions[i]
                        + " long; it is empty or damaged.");
            }
            room /= dimensions[i];
        }
        // Nothing is allocated for what a damaged header promises.
        if (room == 0) {
            throw new EOFException();
        }
        return dimensions;
    }

    /** The dimensions; the file is long enough for them, as far as its size tells. */
    int[] shape() {
        return shape.clone();
    }

    /**
     * The next elements.
     *
     * @throws UserError if the file ends before or is damaged
     */
    byte[] next(int count) {
        try {
            byte[] elements = in.readNBytes(count);
            if (elements.length < count) {
                throw new EOFException();
            }
            return elements;
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static UserError failure(Path file, IOException e) {
        return e instanceof EOFException
                ? new UserError("The file " + file + " ends too early; copy or download it again.", e)
                : new UserError("The file " + file + " could not be read: " + e.getMessage() + ".", e);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw failure(file, e);
        }
    }
}
