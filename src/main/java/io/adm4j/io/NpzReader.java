package io.adm4j.io;

import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Reads npz archives as {@code numpy.savez} and {@code savez_compressed} write them, through the central directory, so
 * that entries of any size (zip64) can be reached without reading those before them. Checksums are verified.
 *
 * <p>Several arrays may be streamed at once, also by different threads.
 */
public final class NpzReader implements AutoCloseable {
    private static final String SUFFIX = ".npy";

    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    private NpzReader(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
        zip.stream()
                .filter(e -> e.getName().endsWith(SUFFIX))
                .forEach(e -> entries.put(
                        e.getName().substring(0, e.getName().length() - SUFFIX.length()), e));
    }

    /**
     * Opens an archive.
     *
     * @throws ArrayFileException if the file is missing or no complete archive
     */
    public static NpzReader open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ArrayFileException("There is no file " + file + ".");
        }
        try {
            return new NpzReader(file, CheckedZip.open(file));
        } catch (IOException e) {
            throw new ArrayFileException(
                    file + " is not a complete npz archive (" + e.getMessage() + "); fetch or write it again.", e);
        }
    }

    /** Names of the arrays, in the order of the archive. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    /** Whether there is an array of this name. */
    public boolean has(String name) {
        return entries.containsKey(name);
    }

    /**
     * Type and shape of an array, without reading its elements.
     *
     * @throws ArrayFileException if there is no such array or its header cannot be read
     */
    public NpyHeader header(String name) {
        try (NpyStream stream = stream(name)) {
            return stream.header();
        }
    }

    /**
     * A whole array, in row-major order whatever the order in the file.
     *
     * @throws ArrayFileException if there is no such array, it is damaged, of an element type that is not supported, or
     *     too large for one tensor
     */
    public Tensor read(String name) {
        try (NpyStream stream = stream(name)) {
            return stream.readAll();
        }
    }

    /**
     * An array in blocks of rows; to be closed by the caller.
     *
     * @throws ArrayFileException as {@link #read(String)}
     */
    public NpyStream stream(String name) {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw new ArrayFileException(file + " has no array '" + name + "'; it holds " + names() + ".");
        }
        String what = "Array '" + name + "' of " + file;
        CheckedEntryStream in;
        try {
            in = new CheckedEntryStream(zip.getInputStream(entry), entry.getCrc());
        } catch (IOException e) {
            throw new ArrayFileException(
                    what + " is damaged (" + e.getMessage() + "); fetch or write the file again.", e);
        }
        try {
            return new NpyStream(in, what);
        } catch (ArrayFileException e) {
            in.closeQuietly();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new ArrayFileException(file + " did not close: " + e.getMessage() + ".", e);
        }
    }
}
