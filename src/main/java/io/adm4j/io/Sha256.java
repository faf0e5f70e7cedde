package io.adm4j.io;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 of files, sets of files, bytes and text, as 64 lower-case hexadecimal digits. */
public final class Sha256 {
    private static final int CHUNK = 1 << 20;

    private Sha256() {}

    /**
     * The checksum of one file.
     *
     * @throws UserError if it cannot be read
     */
    public static String of(Path file) {
        MessageDigest digest = digest();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        } catch (IOException e) {
            throw new UserError("The file " + file + " could not be read: " + e.getMessage() + ".", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * The checksum of a set of files: of one file its own, of several files the checksum of the lines {@code <sha256>
     * <name>} that {@code sha256sum} prints for them in {@code folder}, in the given order.
     *
     * @throws UserError if one cannot be read
     */
    public static String of(Path folder, List<Path> files) {
        if (files.size() == 1) {
            return of(files.get(0));
        }
        MessageDigest all = digest();
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            all.update((of(file) + "  " + name + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(all.digest());
    }

    /** The checksum of a text in UTF-8. */
    public static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The checksum of bytes. */
    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }
}
