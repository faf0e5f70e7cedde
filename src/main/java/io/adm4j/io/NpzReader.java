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

    /** Deflate encodes at most 258 bytes in two bits. */
    private static final long MOST_INFLATION = 1032;

    private static final int LISTED = 20;
    private static final int LONGEST_PRINTED = 100;

    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    private NpzReader(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
        zip.stream()
                .filter(e -> e.getName().endsWith(SUFFIX))
                .forEach(e -> entries.put(e.getName().substring(0, e.getName().length() - SUFFIX.length()), e));
    }

    /**
     * Opens an archive.
     *
     * @throws ArrayFileException if the file is missing or no complete archive
     */
    public static NpzReader open(Path file) {
        if (Files.isDirectory(file)) {
            throw new ArrayFileException(file + " is a folder, not an npz file: name a file in it.");
        }
        if (!Files.isRegularFile(file)) {
            throw new ArrayFileException("There is no file " + file + ".");
        }
        try {
            ZipFile zip = CheckedZip.open(file);
            try {
                return new NpzReader(file, zip);
            } catch (RuntimeException e) {
                zip.close();
                throw notComplete(file, e);
            }
        } catch (IOException e) {
            throw notComplete(file, e);
        }
    }

    private static ArrayFileException notComplete(Path file, Exception reason) {
        return new ArrayFileException(
                file + " is not a complete npz archive (" + reason.getMessage() + "); fetch or write it again.",
                reason);
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
     * A whole array, in row-major order, converted from Fortran order if necessary.
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
            throw new ArrayFileException(file + " has no array '" + name + "'; it holds " + listed() + ".");
        }
        String what = "Array '" + printable(name) + "' of " + file;
        CheckedEntryStream in;
        long available;
        try {
            available = mostBytes(entry);
            in = new CheckedEntryStream(zip.getInputStream(entry), entry.getCrc());
        } catch (IOException | RuntimeException e) {
            throw new ArrayFileException(
                    what + " is damaged (" + e.getMessage() + "); fetch or write the file again.", e);
        }
        try {
            return new NpyStream(in, what, available);
        } catch (ArrayFileException e) {
            in.closeQuietly();
            throw e;
        }
    }

    /** The largest number of bytes that an entry can unpack to, independent of what the archive claims. */
    private long mostBytes(ZipEntry entry) throws IOException {
        long packed = Math.min(entry.getCompressedSize(), Files.size(file));
        return entry.getMethod() == ZipEntry.STORED ? packed : Math.min(entry.getSize(), packed * MOST_INFLATION);
    }

    private List<String> listed() {
        return entries.keySet().stream().limit(LISTED).map(NpzReader::printable).toList();
    }

    /** A name as messages can hold it: short and without control characters. */
    private static String printable(String name) {
        int[] kept = name.codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(LONGEST_PRINTED)
                .toArray();
        return new String(kept, 0, kept.length);
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
