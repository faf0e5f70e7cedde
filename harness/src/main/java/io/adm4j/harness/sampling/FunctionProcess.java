package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The sampling function as a separate process on a free local port, as it would run in a container. */
public final class FunctionProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Process process;
    private final URI address;
    private final Path log;

    private FunctionProcess(Process process, URI address, Path log) {
        this.process = process;
        this.address = address;
        this.log = log;
    }

    /**
     * Starts the function and waits until it is ready.
     *
     * @param jar quarkus-run.jar
     * @param bundle folder of the bundle
     * @param log file for its output
     * @throws UserError if it does not start; the message names the log
     */
    public static FunctionProcess start(Path jar, Path bundle, Path log) {
        return start(jar, List.of(), bundle, log);
    }

    /**
     * Starts the function with options of its JVM and waits until it is ready.
     *
     * @param options such as {@code -Xmx1g} or {@code -Dadm4j.threads=1}
     * @throws UserError as above
     */
    public static FunctionProcess start(Path jar, List<String> options, Path bundle, Path log) {
        if (!Files.isRegularFile(jar)) {
            throw new UserError("The function is not built: there is no " + jar + "; run mvn -DskipTests package.");
        }
        try {
            int port = freePort();
            List<String> command = new ArrayList<>();
            command.add(ProcessHandle.current().info().command().orElse("java"));
            command.addAll(options);
            command.addAll(List.of(
                    "-Dquarkus.http.host=127.0.0.1",
                    "-Dquarkus.http.port=" + port,
                    "-Dadm4j.bundle=" + bundle.toAbsolutePath(),
                    "-jar",
                    jar.toString()));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            FunctionProcess function = new FunctionProcess(process, URI.create("http://127.0.0.1:" + port), log);
            try {
                function.awaitReady();
            } catch (RuntimeException e) {
                function.close();
                throw e;
            }
            return function;
        } catch (IOException e) {
            throw new UserError("The function could not be started: " + e.getMessage() + ".", e);
        }
    }

    /** The number of its process. */
    public long pid() {
        return process.pid();
    }

    /** Where it listens. */
    public URI address() {
        return address;
    }

    /**
     * Requests images.
     *
     * @param request the function's fields
     * @return its response
     * @throws UserError if it responds with an error
     */
    public JsonNode sample(ObjectNode request) {
        HttpRequest post = HttpRequest.newBuilder(address.resolve("/sample"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                .build();
        try {
            HttpResponse<String> response = client.send(post, HttpResponse.BodyHandlers.ofString());
            JsonNode answer = mapper.readTree(response.body());
            if (response.statusCode() != 200) {
                throw new UserError("The function answered " + response.statusCode() + ": "
                        + answer.path("error").asText(response.body()));
            }
            return answer;
        } catch (IOException e) {
            throw new UserError(
                    "The function did not answer (" + e.getMessage() + "); its output is in " + log + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("Interrupted while sampling.", e);
        }
    }

    private void awaitReady() {
        HttpRequest ready = HttpRequest.newBuilder(address.resolve("/q/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
                Thread.sleep(100);
            } catch (IOException notYet) {
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new UserError("The function did not get ready; its output is in " + log + ".");
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /**
     * Tells the function to end, as by SIGTERM, and waits.
     *
     * @return whether it ended in this time
     */
    public boolean terminate(long seconds) throws InterruptedException {
        process.destroy();
        return process.waitFor(seconds, TimeUnit.SECONDS);
    }

    /** Stops the function. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
