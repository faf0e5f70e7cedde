package io.adm4j.harness.zoo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web server with one file and the bad habits that a test gives it. */
public final class FileServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final String path;

    volatile byte[] content;
    volatile String etag = "\"one\"";
    volatile boolean ranges = true;
    volatile boolean conditions = true;

    /** Number of bytes after which the first answers end, one entry per answer. */
    private final List<Integer> cuts = new CopyOnWriteArrayList<>();

    /** The first answers have these codes and nothing else. */
    private final List<Integer> codes = new CopyOnWriteArrayList<>();

    /** Number of bytes after which answers send nothing more, but stay open. */
    private final List<Integer> stalls = new CopyOnWriteArrayList<>();

    /** Pause after every 1000 bytes, in milliseconds. */
    volatile int slowness;

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

    FileServer cutting(Integer... bytes) {
        cuts.addAll(List.of(bytes));
        return this;
    }

    FileServer answering(Integer... statusCodes) {
        codes.addAll(List.of(statusCodes));
        return this;
    }

    FileServer stalling(Integer... bytes) {
        stalls.addAll(List.of(bytes));
        return this;
    }

    public FileServer slow(int milliseconds) {
        slowness = milliseconds;
        return this;
    }

    /** The last request as "path range if-range". */
    public String lastRequest() {
        return requests.get(requests.size() - 1);
    }

    /** All requests. */
    List<String> requests() {
        return new ArrayList<>(requests);
    }

    public String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    URI address() {
        return URI.create(base() + path);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
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
            send(exchange, from > 0 ? 206 : 200, Arrays.copyOfRange(content, from, content.length));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(HttpExchange exchange, int code, byte[] body) throws IOException, InterruptedException {
        exchange.sendResponseHeaders(code, body.length);
        // A JDK may keep the headers back, and a client asks again by itself where not even they came.
        exchange.getResponseBody().flush();
        int end = cuts.isEmpty() ? body.length : Math.min(body.length, cuts.remove(0));
        boolean stall = !stalls.isEmpty();
        end = stall ? Math.min(end, stalls.remove(0)) : end;
        for (int i = 0; i < end; i += 1000) {
            exchange.getResponseBody().write(body, i, Math.min(1000, end - i));
            exchange.getResponseBody().flush();
            if (slowness > 0) {
                Thread.sleep(slowness);
            }
        }
        if (stall) {
            Thread.sleep(60_000);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
