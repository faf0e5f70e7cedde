package io.adm4j.io;

import io.adm4j.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a single npy file. */
public final class NpyReader {
    private NpyReader() {}

    /**
     * The whole array, in row-major order, converted from Fortran order if necessary.
     *
     * @throws ArrayFileException if the file is missing, cut off, damaged, of an element type that is not supported, or
     *     too large for one tensor
     */
    public static Tensor read(Path file) {
        try (NpyStream stream = stream(file)) {
            return stream.readAll();
        }
    }

    /**
     * The array in blocks of rows.
     *
     * @throws ArrayFileException as {@link #read(Path)}
     */
    public static NpyStream stream(Path file) {
        try {
            BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            try {
                return new NpyStream(in, file.toString(), Files.size(file));
            } catch (ArrayFileException e) {
                in.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new ArrayFileException("There is no file " + file + ".", e);
        } catch (IOException e) {
            throw new ArrayFileException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }
}
