package io.adm4j.function.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** As much of S3 as reading objects takes, with buckets in the path. Requests must be signed with a given access key. */
public final class S3Server implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final String accessKey;

    /** Objects by {@code bucket/key}. */
    public final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    /** Requests so far, as method and path. */
    public final List<String> requests = new CopyOnWriteArrayList<>();

    /** Whether answers never end. */
    public volatile boolean silent;

    public S3Server(String accessKey) throws IOException {
        this.accessKey = accessKey;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().substring(1);
            requests.add(exchange.getRequestMethod() + " " + path);
            String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] object = objects.get(path);
            if (!authorization.startsWith("AWS4-HMAC-SHA256 Credential=" + accessKey + "/")) {
                refuse(exchange, 403, "InvalidAccessKeyId");
            } else if (object == null) {
                refuse(exchange, 404, "NoSuchKey");
            } else {
                send(exchange, object);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(HttpExchange exchange, byte[] object) throws IOException, InterruptedException {
        exchange.getResponseHeaders().add("ETag", "\"" + object.length + "-" + object[0] + "\"");
        exchange.getResponseHeaders().add("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", String.valueOf(object.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(200, object.length);
        if (silent) {
            exchange.getResponseBody().write(object, 0, 1);
            exchange.getResponseBody().flush();
            Thread.sleep(60_000);
        }
        exchange.getResponseBody().write(object);
    }

    private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        byte[] body = ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no</Message></Error>")
                .getBytes(StandardCharsets.UTF_8);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().add("Content-Type", "application/xml");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
