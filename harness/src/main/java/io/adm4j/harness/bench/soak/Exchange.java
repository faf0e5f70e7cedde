package io.adm4j.harness.bench.soak;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One request over a connection of its own, so that what happens to the connection is known: an HTTP client would repeat
 * requests and keep connections.
 *
 * @param status 0 where there is no answer, as the fate says
 * @param headers by lower-case name
 */
record Exchange(Fate fate, int status, Map<String, String> headers, byte[] body, String problem) {
    /** How it ended. */
    enum Fate {
        ANSWERED,
        /** Nobody listens. */
        UNREACHABLE,
        /** The connection ended before a byte of the answer. */
        UNANSWERED,
        /** The answer is not whole. */
        CUT,
        /** The client closed the connection. */
        HUNG_UP
    }

    private static final int LONGEST_MILLIS = 600_000;

    /** @param hangUpMillis after which the client closes the connection; 0: never */
    static Exchange of(URI address, String message, int hangUpMillis) {
        boolean answering = false;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), LONGEST_MILLIS);
            try {
                socket.setSoTimeout(hangUpMillis > 0 ? hangUpMillis : LONGEST_MILLIS);
                socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
                InputStream in = new BufferedInputStream(socket.getInputStream());
                in.mark(1);
                answering = in.read() >= 0;
                in.reset();
                return answering ? read(in) : ended(Fate.UNANSWERED, "the connection was closed without an answer");
            } catch (SocketTimeoutException e) {
                return hangUpMillis > 0
                        ? ended(Fate.HUNG_UP, "")
                        : ended(answering ? Fate.CUT : Fate.UNANSWERED, "no answer in 10 minutes");
            } catch (EOFException | SocketException e) {
                return ended(answering ? Fate.CUT : Fate.UNANSWERED, String.valueOf(e.getMessage()));
            }
        } catch (IOException e) {
            return ended(Fate.UNREACHABLE, String.valueOf(e.getMessage()));
        }
    }

    private static Exchange ended(Fate fate, String problem) {
        return new Exchange(fate, 0, Map.of(), new byte[0], problem);
    }

    private static Exchange read(InputStream in) throws IOException {
        String start = line(in);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body;
        if ("chunked".equals(headers.get("transfer-encoding"))) {
            ByteArrayOutputStream chunks = new ByteArrayOutputStream();
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                chunks.writeBytes(exactly(in, size));
                line(in);
            }
            body = chunks.toByteArray();
        } else {
            body = exactly(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }
        return new Exchange(Fate.ANSWERED, Integer.parseInt(start.split(" ")[1]), headers, body, "");
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in).strip(), 16);
    }

    private static byte[] exactly(InputStream in, int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("the answer was cut after " + bytes.length + " of " + size + " bytes");
        }
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the answer was cut in a line");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).replaceFirst("\r$", "");
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
