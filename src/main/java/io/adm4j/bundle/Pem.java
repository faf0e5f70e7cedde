package io.adm4j.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys as text (RFC 7468): base64 between lines that say what it is. */
final class Pem {
    private static final int LONGEST_FILE = 1 << 16;
    private static final int LINE = 64;
    private static final Pattern BASE64 =
            Pattern.compile("(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?");

    private Pem() {}

    static boolean isBase64(String text) {
        return BASE64.matcher(text).matches();
    }

    /** The beginning of a file; no key is longer. */
    static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LONGEST_FILE), StandardCharsets.ISO_8859_1);
        }
    }

    /** All blocks of a kind such as "PUBLIC KEY"; those whose base64 is broken are left out. */
    static List<byte[]> blocks(String text, String kind) {
        Matcher block = Pattern.compile("-----BEGIN " + kind + "-----([A-Za-z0-9+/=\\s]*)-----END " + kind + "-----")
                .matcher(text);
        List<byte[]> found = new ArrayList<>();
        while (block.find()) {
            String base64 = block.group(1).replaceAll("\\s", "");
            if (isBase64(base64)) {
                found.add(Base64.getDecoder().decode(base64));
            }
        }
        return found;
    }

    /** A block. */
    static String of(String kind, byte[] der) {
        Base64.Encoder encoder = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        return "-----BEGIN " + kind + "-----\n" + encoder.encodeToString(der) + "\n-----END " + kind + "-----\n";
    }
}
