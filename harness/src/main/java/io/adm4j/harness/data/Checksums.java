package io.adm4j.harness.data;

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

/** SHA-256 of files and of sets of files. */
public final class Checksums {
    private Checksums() {}

    /**
     * The SHA-256 of one file; of several, that of the lines {@code <sha256>  <name>} which {@code sha256sum} prints for
     * them in {@code folder}, in the order given.
     */
    static String of(Path folder, List<Path> files) {
        if (files.size() == 1) {
            return of(files.get(0));
        }
        MessageDigest all = sha256();
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace('\\', '/');
            all.update((of(file) + "  " + name + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(all.digest());
    }

    /**
     * The SHA-256 of one file in hexadecimal.
     *
     * @throws UserError if it cannot be read
     */
    public static String of(Path file) {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        } catch (IOException e) {
            throw new UserError("The file " + file + " could not be read: " + e.getMessage() + ".", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }
}
