package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * An array of unsigned bytes in the IDX format of the MNIST datasets: two zero bytes, the element type (8), the rank,
 * the dimensions as big-endian 32-bit numbers, then the elements in C order.
 */
record IdxFile(int[] shape, byte[] data) {
    private static final int UNSIGNED_BYTE = 8;

    /**
     * Reads a file, decompressed if its name ends in {@code .gz}.
     *
     * @param rank the number of dimensions it must have
     * @throws UserError if the file is damaged or has another type or rank
     */
    static IdxFile read(Path file, int rank) {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
                DataInputStream in = new DataInputStream(
                        file.toString().endsWith(".gz") ? new BufferedInputStream(new GZIPInputStream(raw)) : raw)) {
            int magic = in.readInt();
            if (magic != (UNSIGNED_BYTE << 8 | rank)) {
                throw new UserError("The file " + file + " is not an IDX file of unsigned bytes with " + rank
                        + " dimensions; it starts with " + String.format("%08x", magic) + ".");
            }
            int[] shape = new int[rank];
            long elements = 1;
            for (int i = 0; i < rank; i++) {
                shape[i] = in.readInt();
                if (shape[i] < 1) {
                    throw new UserError("The file " + file + " says that dimension " + i + " is " + shape[i]
                            + " long; it is empty or damaged.");
                }
                elements *= shape[i];
                if (elements > Integer.MAX_VALUE - 16) {
                    throw new UserError("The file " + file + " says that it holds " + Arrays.toString(shape)
                            + " values; more than 2 GB of IDX data are not supported.");
                }
            }
            // Not allocated from the length in the header, which may be wrong in a damaged file.
            byte[] data = in.readNBytes((int) elements);
            if (data.length < elements) {
                throw new EOFException();
            }
            return new IdxFile(shape, data);
        } catch (EOFException e) {
            throw new UserError("The file " + file + " ends too early; copy or download it again.", e);
        } catch (IOException e) {
            throw new UserError("The file " + file + " could not be read: " + e.getMessage() + ".", e);
        }
    }
}
