package io.adm4j.io;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;

/** Writes the rows of one array of an archive, block by block; close it after the last block. */
public final class NpyRowWriter implements AutoCloseable {
    private final NpzWriter archive;
    private final String name;
    private final ElementType type;
    private final long[] shape;
    private long written;
    private boolean closed;

    NpyRowWriter(NpzWriter archive, String name, ElementType type, long[] shape) {
        this.archive = archive;
        this.name = name;
        this.type = type;
        this.shape = shape;
    }

    /**
     * Appends rows.
     *
     * @param rows of shape {@code [n, ...]}, the further dimensions as announced
     * @throws ArrayFileException if the file cannot be written
     * @throws IllegalArgumentException if type or shape do not fit, or these are more rows than announced
     */
    public void write(Tensor rows) {
        long[] given = rows.shape();
        boolean fits = rows.type() == type
                && given.length == shape.length
                && Arrays.equals(given, 1, given.length, shape, 1, shape.length)
                && written + given[0] <= shape[0];
        if (closed || !fits) {
            throw new IllegalArgumentException(
                    "Rows " + rows + " do not fit array '" + name + "' of " + type + Arrays.toString(shape)
                            + ", of which " + written + " rows are written" + (closed ? " and which is closed." : "."));
        }
        archive.append(rows.bytes());
        written += given[0];
    }

    /**
     * Ends the array.
     *
     * @throws IllegalStateException if rows are missing; the archive then cannot be finished either
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (written != shape[0]) {
            throw new IllegalStateException(
                    "Array '" + name + "' ended after " + written + " of " + shape[0] + " rows.");
        }
        archive.endEntry();
    }
}
