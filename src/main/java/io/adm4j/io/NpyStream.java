package io.adm4j.io;

import io.adm4j.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The elements of one array in file order, read in blocks of rows (slices along the first dimension), so that an array
 * of any size needs the memory of one block.
 */
public final class NpyStream implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    private final InputStream in;
    private final String what;
    private final NpyHeader header;
    private final byte[] chunk = new byte[CHUNK];
    private long rowsRead;
    private boolean endChecked;

    /**
     * Takes ownership of {@code in}, which is at the start of an npy array.
     *
     * @param available the largest number of bytes that can follow, so that no memory is allocated for missing elements
     */
    NpyStream(InputStream in, String what, long available) {
        this.in = in;
        this.what = what;
        try {
            this.header = NpyHeader.read(in, what);
        } catch (EOFException e) {
            throw new ArrayFileException(what + " is cut off within its npy header; fetch or write it again.", e);
        } catch (IOException e) {
            throw failure(e);
        }
        if (header.dataBytes() > available) {
            throw cutOff(null);
        }
    }

    /** Type and shape of the array. */
    public NpyHeader header() {
        return header;
    }

    /**
     * The next rows.
     *
     * @param max at least 1; the last block may be smaller
     * @return a tensor of shape {@code [rows, ...]} in newly allocated memory, or null after the last row
     * @throws ArrayFileException if the file is cut off or damaged, or the array is a scalar or in Fortran order
     */
    public @Nullable Tensor nextRows(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("A block holds at least one row, not " + max + ".");
        }
        if (header.shape().length == 0) {
            throw new ArrayFileException(what + " is a single number and has no rows.");
        }
        if (!header.rowMajor()) {
            throw new ArrayFileException(
                    what + " is stored in Fortran order, so its rows cannot be streamed; save it with"
                            + " numpy.ascontiguousarray.");
        }
        long[] shape = header.shape().clone();
        if (shape[0] > 0 && header.elements() == 0) {
            throw new ArrayFileException(what + " of shape " + Arrays.toString(shape) + " has rows without elements.");
        }
        long left = shape[0] - rowsRead;
        if (left == 0) {
            checkEnd();
            return null;
        }
        shape[0] = Math.min(max, left);
        Tensor block = zeros(shape);
        fill(block);
        rowsRead += shape[0];
        if (rowsRead == header.shape()[0]) {
            checkEnd();
        }
        return block;
    }

    /** The whole array in row-major order, converted from Fortran order if necessary; only before any rows were read. */
    Tensor readAll() {
        Tensor inFile = zeros(header.shape());
        fill(inFile);
        checkEnd();
        return header.rowMajor() ? inFile : toRowMajor(inFile);
    }

    private Tensor zeros(long[] shape) {
        try {
            return Tensor.zeros(header.type(), shape);
        } catch (IllegalArgumentException e) {
            throw new ArrayFileException(
                    what + " of shape " + Arrays.toString(shape) + " is too large for one tensor (2 GiB); read it in"
                            + " blocks of rows.",
                    e);
        }
    }

    private void fill(Tensor block) {
        ByteBuffer out = block.bytes();
        try {
            while (out.hasRemaining()) {
                int n = in.read(chunk, 0, Math.min(chunk.length, out.remaining()));
                if (n < 0) {
                    throw cutOff(null);
                }
                out.put(chunk, 0, n);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Reads to the end of the entry, where a {@link CheckedEntryStream} compares checksums. */
    private void checkEnd() {
        if (endChecked) {
            return;
        }
        try {
            if (in.read() >= 0) {
                throw new ArrayFileException(what + " has more bytes than its header says; fetch or write it again.");
            }
            endChecked = true;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private Tensor toRowMajor(Tensor inFile) {
        long[] shape = header.shape();
        int rank = shape.length;
        int bytes = header.type().bytes();
        Tensor result = Tensor.zeros(header.type(), shape);
        ByteBuffer from = inFile.bytes();
        ByteBuffer to = result.bytes();
        long[] index = new long[rank];
        long[] fileStride = new long[rank];
        long stride = 1;
        for (int d = 0; d < rank; d++) {
            fileStride[d] = stride;
            stride *= shape[d];
        }
        for (int i = 0; i < result.size(); i++) {
            long position = 0;
            for (int d = 0; d < rank; d++) {
                position += index[d] * fileStride[d];
            }
            for (int b = 0; b < bytes; b++) {
                to.put(i * bytes + b, from.get((int) position * bytes + b));
            }
            for (int d = rank - 1; d >= 0 && ++index[d] == shape[d]; d--) {
                index[d] = 0;
            }
        }
        return result;
    }

    private ArrayFileException failure(IOException e) {
        if (e instanceof EOFException) {
            return cutOff(e);
        }
        if (e instanceof ZipException) {
            return new ArrayFileException(what + " is damaged (" + e.getMessage() + "); fetch or write it again.", e);
        }
        return new ArrayFileException(what + " could not be read: " + e.getMessage() + ".", e);
    }

    private ArrayFileException cutOff(@Nullable IOException cause) {
        return new ArrayFileException(
                what + " is cut off: its header promises " + header.dataBytes() + " bytes of elements; fetch or write"
                        + " it again.",
                cause);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
