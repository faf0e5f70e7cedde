package io.adm4j.function.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The answer to bytes that were sent as they are, over a connection of their own. HTTP clients refuse to send most of what
 * is sent here.
 *
 * @param headers by lower-case name; of several of one name, the last
 * @param body without the marks of chunks
 */
record RawAnswer(int status, Map<String, String> headers, byte[] body) {
    /**
     * Sends a request and closes the connection after the first answer.
     *
     * @param hasBody whether the answer to this request has the body that its headers announce: not to HEAD
     * @param millis how long to wait for each part of the answer
     * @return nothing if the server closed the connection or did not answer in time
     * @throws IOException if what came is no whole answer
     */
    static Optional<RawAnswer> to(int port, byte[] request, boolean hasBody, int millis) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(millis);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            int first;
            try {
                socket.getOutputStream().write(request);
                in.mark(1);
                first = in.read();
                in.reset();
            } catch (SocketTimeoutException | SocketException e) {
                // Still waiting for more of the request, or done with it before it was whole.
                return Optional.empty();
            }
            return first < 0 ? Optional.empty() : Optional.of(read(in, hasBody));
        }
    }

    private static RawAnswer read(InputStream in, boolean hasBody) throws IOException {
        String line = line(in);
        if (!line.matches("HTTP/1\\.[01] \\d{3} .*")) {
            throw new IOException("No status line: " + line);
        }
        int status = Integer.parseInt(line.substring(9, 12));
        Map<String, String> headers = new TreeMap<>();
        for (line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        if (status == 100) {
            return read(in, hasBody);
        }
        boolean announced = hasBody && status != 101 && status != 204 && status != 304;
        return new RawAnswer(status, headers, announced ? body(in, headers) : new byte[0]);
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if ("chunked".equals(headers.get("transfer-encoding"))) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                body.writeBytes(exactly(in, size));
                line(in);
            }
            return body.toByteArray();
        }
        String length = headers.get("content-length");
        return length == null ? untilClosed(in) : exactly(in, Integer.parseInt(length));
    }

    /** Vert.x refuses broken HTTP by a line without a body, and may wait for the client to close. */
    private static byte[] untilClosed(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            in.transferTo(body);
        } catch (SocketTimeoutException | SocketException e) {
            // What came is the body.
        }
        return body.toByteArray();
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in).strip(), 16);
    }

    private static byte[] exactly(InputStream in, int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("The answer was cut after " + bytes.length + " of " + size + " bytes");
        }
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("The answer was cut in a line: " + line.toString(StandardCharsets.UTF_8));
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).replaceFirst("\r$", "");
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    String contentType() {
        return headers.getOrDefault("content-type", "");
    }
}
