package io.adm4j.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server with one file and the bad habits that a test gives it. */
public final class FileServer implements AutoCloseable {
    private static final int LONG_MILLIS = 60_000;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final String path;

    public volatile byte[] content;
    public volatile String etag = "\"one\"";
    public volatile boolean ranges = true;
    public volatile boolean conditions = true;

    /** Number of bytes after which the first answers end, one entry per answer. */
    private final List<Integer> cuts = new CopyOnWriteArrayList<>();

    /** The first answers have these codes and nothing else. */
    private final List<Integer> codes = new CopyOnWriteArrayList<>();

    /** Number of bytes after which answers send nothing more, but stay open. */
    private final List<Integer> stalls = new CopyOnWriteArrayList<>();

    /** Where the client stores what it received; null if unknown. */
    private volatile Path part;

    private volatile long storedAtLastRequest;

    /** @param path of the file, with a leading slash; everything else is 404 */
    public FileServer(String path, byte[] content) {
        this.path = path;
        this.content = content;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public FileServer cutting(Integer... bytes) {
        cuts.addAll(List.of(bytes));
        return this;
    }

    public FileServer answering(Integer... statusCodes) {
        codes.addAll(List.of(statusCodes));
        return this;
    }

    public FileServer stalling(Integer... bytes) {
        stalls.addAll(List.of(bytes));
        return this;
    }

    /**
     * Closes a connection early only when the client has stored all that was sent before: a client may lose what it has
     * received but not yet read.
     */
    public FileServer awaiting(Path stored) {
        part = stored;
        return this;
    }

    /** The last request as "path range if-range". */
    public String lastRequest() {
        return requests.get(requests.size() - 1);
    }

    /** All requests. */
    public List<String> requests() {
        return new ArrayList<>(requests);
    }

    /** How many bytes the client had stored when it sent its last request. */
    public long storedAtLastRequest() {
        return storedAtLastRequest;
    }

    public String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public URI address() {
        return URI.create(base() + path);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        storedAtLastRequest = stored();
        requests.add(exchange.getRequestURI().getPath() + " " + range + " " + condition);
        try (exchange) {
            if (!codes.isEmpty() || !exchange.getRequestURI().getPath().equals(path)) {
                exchange.sendResponseHeaders(codes.isEmpty() ? 404 : codes.remove(0), -1);
                return;
            }
            if (etag != null) {
                exchange.getResponseHeaders().add("ETag", etag);
            }
            boolean same = !conditions || condition == null || condition.equals(etag);
            int from = ranges && range != null && same ? Integer.parseInt(range.replaceAll("\\D", "")) : 0;
            if (from >= content.length) {
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            if (from > 0) {
                exchange.getResponseHeaders()
                        .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            }
            send(exchange, from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(HttpExchange exchange, int from) throws IOException, InterruptedException {
        int length = content.length - from;
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
        // A JDK may keep the headers back, and a client asks again by itself where not even they came.
        exchange.getResponseBody().flush();
        boolean cut = !cuts.isEmpty();
        int end = cut ? Math.min(length, cuts.remove(0)) : length;
        boolean stall = !stalls.isEmpty();
        end = stall ? Math.min(end, stalls.remove(0)) : end;
        if (cut && part != null) {
            // What an earlier answer left is discarded first.
            awaitStored(from);
        }
        exchange.getResponseBody().write(content, from, end);
        exchange.getResponseBody().flush();
        if (cut && part != null) {
            awaitStored(from + end);
        }
        if (stall) {
            Thread.sleep(LONG_MILLIS);
        }
    }

    private void awaitStored(int bytes) throws IOException, InterruptedException {
        for (int i = 0; i < LONG_MILLIS && stored() != bytes; i++) {
            Thread.sleep(1);
        }
    }

    private long stored() throws IOException {
        return part == null || Files.notExists(part) ? 0 : Files.size(part);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
