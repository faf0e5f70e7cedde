package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adm4j.io.PngWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code harness bench serve} against a server that stands in for the function. */
class BenchServeCommandTest {
    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger images = new AtomicInteger();
    private final CountDownLatch largeMayEnd = new CountDownLatch(1);
    private HttpServer server;
    private String url;

    /** Level that is added to an image, by the number of the request. */
    private volatile int wrongFrom = Integer.MAX_VALUE;

    private volatile int wrongBy;
    private volatile boolean largeIsRefused;
    private volatile boolean largeIsQuick;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/sample.png", this::image);
        server.createContext("/sample", this::large);
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        largeMayEnd.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void image(HttpExchange exchange) throws IOException {
        int seed = Integer.parseInt(exchange.getRequestURI().getQuery().replaceAll(".*seed=", ""));
        int level = seed + (images.getAndIncrement() >= wrongFrom ? wrongBy : 0);
        answer(exchange, 200, PngWriter.encode(new byte[] {(byte) level}, 1, 1, 1));
    }

    private void large(HttpExchange exchange) throws IOException {
        if (largeIsRefused) {
            answer(exchange, 503, "{\"error\": \"It is too much.\"}".getBytes(StandardCharsets.UTF_8));
            return;
        }
        try {
            if (!largeIsQuick) {
                assertTrue(largeMayEnd.await(2, TimeUnit.MINUTES));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answer(exchange, 200, new byte[] {'{', '}'});
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Object[] bench(Object... more) {
        return arguments(
                "bench",
                "serve",
                "--images",
                12,
                "--rounds",
                2,
                "--repeats",
                3,
                "--clients",
                4,
                "--patience",
                20,
                more);
    }

    @Test
    void measuresFunctionsInTurns() throws IOException {
        Path out = folder.resolve("serve.json");

        String table = succeeding(bench("--url", "one=" + url, "--url=" + url, "--out", out))
                .out();

        assertTrue(table.contains("| one | "), table);
        assertTrue(table.contains("| function 2 | "), table);
        assertTrue(table.contains("one: 24 of 24 images equal"), table);
        JsonNode json = new ObjectMapper().readTree(out.toFile());
        assertEquals(2, json.get("functions").size());
        for (JsonNode function : json.get("functions")) {
            assertEquals(2, function.get("rounds").size());
            assertEquals(12, function.at("/rounds/1/answers").size());
            assertEquals(3, function.get("small_alone_seconds").size());
            assertEquals(3, function.get("small_beside_large_seconds").size());
            assertEquals(24, function.get("equal_images").asInt());
            assertEquals(0, function.get("largest_difference").asInt());
            assertTrue(function.get("images_per_second").asDouble() > 0);
            assertTrue(function.get("p99").asDouble() >= function.get("p50").asDouble());
        }
    }

    @Test
    void anImageThatIsNotTheSeedsFailsTheRun() {
        wrongFrom = 15;
        wrongBy = 3;

        CommandLineRun run = CommandLineRun.of(bench("--url", "one=" + url));

        assertEquals(1, run.exitCode());
        assertTrue(run.err().contains("one answered with another image for seed"), run.err());
        assertTrue(run.err().contains("differs by 3 of 255 levels"), run.err());
    }

    @Test
    void aDifferenceWithinTheToleranceIsReported() {
        wrongFrom = 12;
        wrongBy = 2;

        String table =
                succeeding(bench("--url", "one=" + url, "--tolerance", 2)).out();

        assertTrue(table.contains("one: 0 of 24 images equal"), table);
        assertTrue(table.contains("differ by up to 2 of 255 levels"), table);
    }

    @Test
    void aLargeRequestThatDoesNotRunIsNoMeasurement() {
        largeIsRefused = true;
        refused("one answered 503: It is too much.", bench("--url", "one=" + url));
        largeIsRefused = false;
        largeIsQuick = true;
        refused("--large-count", bench("--url", "one=" + url));
    }

    @Test
    void badInputIsOneSentence() {
        refused("'localhost:1'", "bench", "serve", "--url", "localhost:1");
        refused("names no jar", "bench", "serve", "--function", "one=");
        refused("there is no none.jar", "bench", "serve", "--function", "one=none.jar -Xmx1g");
        refused("the same name", "bench", "serve", "--url", "a=http://h", "--url", "a=http://i");
        refused("did not answer", "bench", "serve", "--url", "http://127.0.0.1:1");
        refused("'0' is not a whole number of at least 1", "bench", "serve", "--clients", 0);
    }
}
