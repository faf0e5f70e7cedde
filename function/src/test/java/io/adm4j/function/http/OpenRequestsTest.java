package io.adm4j.function.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.service.SamplingService;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With clients that do not read: answers are larger than all buffers between. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class OpenRequestsTest {
    private static final int SIZE = 64 << 20;
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final OpenRequests open = new OpenRequests(new SamplingService());
    private final CompletableFuture<RoutingContext> asked = new CompletableFuture<>();
    private final Vertx client = Vertx.vertx();
    private Vertx vertx;
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        router.route().handler(open::begin);
        router.get("/large").handler(request -> request.end(Buffer.buffer(new byte[SIZE])));
        router.get("/later").handler(asked::complete);
        server = await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
        await(client.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
    }

    private Socket ask(String path) throws Exception {
        Socket socket = new Socket("127.0.0.1", server.actualPort());
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** What the process does when it is told to end; when it is done, it would be gone. */
    private CompletableFuture<Boolean> end(Duration most) {
        return CompletableFuture.supplyAsync(() -> {
            boolean whole = open.finish(most);
            server.close();
            vertx.close();
            return whole;
        });
    }

    private static void waits(CompletableFuture<Boolean> end) {
        assertThrows(TimeoutException.class, () -> end.get(100, TimeUnit.MILLISECONDS));
    }

    @Test
    void anAnswerIsWrittenToItsLastByte() throws Exception {
        try (Socket socket = ask("/large")) {
            InputStream in = socket.getInputStream();
            assertEquals('H', in.read());

            CompletableFuture<Boolean> end = end(LONG);
            waits(end);

            byte[] rest = in.readAllBytes();
            String head = "H" + new String(rest, 0, 200, StandardCharsets.ISO_8859_1);
            assertEquals(SIZE, rest.length + 1 - head.indexOf("\r\n\r\n") - 4, head);
            assertTrue(end.get());
        }
    }

    @Test
    void anAnswerOverHttp2IsWrittenToItsLastByte() throws Exception {
        HttpClient http = client.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        CompletableFuture<HttpClientResponse> begun = new CompletableFuture<>();
        http.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/large")
                .compose(request -> request.send())
                .onSuccess(response -> {
                    response.pause();
                    begun.complete(response);
                })
                .onFailure(begun::completeExceptionally);
        HttpClientResponse response = begun.get();

        CompletableFuture<Boolean> end = end(LONG);
        waits(end);

        Future<Buffer> body = response.body();
        response.resume();
        assertEquals(SIZE, await(body).length());
        assertTrue(end.get());
    }

    @Test
    void aClientThatNeverReadsHoldsNobodyLong() throws Exception {
        try (Socket socket = ask("/large")) {
            assertEquals('H', socket.getInputStream().read());

            assertFalse(open.finish(SHORT));
        }
    }

    @Test
    void aRequestIsWaitedFor() throws Exception {
        try (Socket socket = ask("/later")) {
            RoutingContext request = asked.get();
            assertFalse(open.finish(SHORT));
            CompletableFuture<Boolean> end = end(LONG);
            waits(end);

            request.end("done");

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.endsWith("\r\n\r\ndone"), answer);
            assertTrue(end.get());
        }
    }

    @Test
    void aClientThatHangsUpIsNotWaitedFor() throws Exception {
        try (Socket socket = ask("/later")) {
            asked.get();
        }

        assertTrue(open.finish(LONG));
    }

    @Test
    void withoutRequestsThereIsNothingToWaitFor() {
        assertTrue(open.finish(LONG));
    }
}
