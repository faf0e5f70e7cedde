package io.adm4j.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Length and SHA-256 of the bytes of a file as they were read, so that what was checked is what is used.
 *
 * @param bytes read, including those for which there was no room
 * @param sha256 64 lower-case hexadecimal digits
 */
public record HashedFile(long bytes, String sha256) {
    private static final int CHUNK = 1 << 17;

    /** Does something with a part of a file. */
    @FunctionalInterface
    private interface Part {
        void take(byte[] chunk, int count) throws IOException;
    }

    /** Reads a file. */
    public static HashedFile of(Path file) throws IOException {
        return read(file, (chunk, count) -> {});
    }

    /**
     * Reads a file into memory.
     *
     * @param target filled from its position on, as far as it has room
     */
    public static HashedFile read(Path file, ByteBuffer target) throws IOException {
        return read(file, (chunk, count) -> target.put(chunk, 0, Math.min(count, target.remaining())));
    }

    /**
     * Copies a file.
     *
     * @param target does not exist yet
     */
    public static HashedFile copy(Path file, Path target) throws IOException {
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            return read(file, (chunk, count) -> out.write(chunk, 0, count));
        }
    }

    /**
     * Copies from a stream.
     *
     * @param target does not exist yet
     * @param most bytes that are copied; one more is counted if there are more
     */
    public static HashedFile copy(InputStream source, Path target, long most) throws IOException {
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            return read(source, most, (chunk, count) -> out.write(chunk, 0, count));
        }
    }

    private static HashedFile read(Path file, Part part) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, Long.MAX_VALUE, part);
        }
    }

    private static HashedFile read(InputStream source, long most, Part part) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] chunk = new byte[CHUNK];
        long bytes = 0;
        for (int n = source.read(chunk); n >= 0; n = source.read(chunk)) {
            if (n > most - bytes) {
                return new HashedFile(most + 1, "");
            }
            digest.update(chunk, 0, n);
            part.take(chunk, n);
            bytes += n;
        }
        return new HashedFile(bytes, HexFormat.of().formatHex(digest.digest()));
    }
}
