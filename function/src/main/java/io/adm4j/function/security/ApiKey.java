package io.adm4j.function.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * A key that a client must send. Only its SHA-256 is kept.
 *
 * @param client name of the client in logs
 */
record ApiKey(String client, byte[] digest) {
    /** Visible ASCII, since keys travel in headers. */
    private static final String KEY = "[!-~]+";

    private static final String NAME = "[A-Za-z0-9._@-]{1,64}";

    /**
     * Reads keys, one a line: {@code name:key}, or a key alone, whose client is then called by its place, {@code key1}. Empty
     * lines and those that start with {@code #} do not count.
     *
     * @throws IllegalArgumentException with one sentence that names the line but not what is in it
     */
    static List<ApiKey> parse(List<String> lines) {
        List<ApiKey> keys = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String client = colon < 0
                    ? "key" + (keys.size() + 1)
                    : line.substring(0, colon).strip();
            String key = line.substring(colon + 1).strip();
            if (!client.matches(NAME) || !key.matches(KEY)) {
                throw new IllegalArgumentException("entry " + (i + 1) + " must be NAME:KEY or KEY, the name of letters,"
                        + " digits and ._@-, the key of visible ASCII characters without spaces.");
            }
            keys.add(new ApiKey(client, sha256(key)));
        }
        return List.copyOf(keys);
    }

    /** Compares in a time that does not depend on where the two differ. */
    boolean matches(byte[] presented) {
        return MessageDigest.isEqual(digest, presented);
    }

    static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
