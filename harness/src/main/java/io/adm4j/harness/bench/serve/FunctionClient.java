package io.adm4j.harness.bench.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Requests to one function. May be used from several threads at once. */
final class FunctionClient {
    private static final int OK = 200;

    // With version 2 all clients would share one connection.
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final String name;
    private final URI address;
    private final Duration patience;

    /** @param patience how long an answer may take */
    FunctionClient(String name, URI address, Duration patience) {
        this.name = name;
        this.address = address;
        this.patience = patience;
    }

    /**
     * One image as a PNG file, or nothing if the answer takes longer than {@code patience}.
     *
     * @throws UserError if the function refuses, or cannot be reached
     */
    Optional<byte[]> image(int steps, long seed) {
        try {
            HttpResponse<byte[]> response = http.send(
                    HttpRequest.newBuilder(address.resolve("/sample.png?steps=" + steps + "&seed=" + seed))
                            .timeout(patience)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return Optional.of(checked(response));
        } catch (HttpTimeoutException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UserError(name + " did not answer: " + e + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("Interrupted while measuring.", e);
        }
    }

    /** Images that take long; cancelling the answer closes the connection. */
    CompletableFuture<HttpResponse<byte[]>> images(int count, int steps) {
        HttpRequest request = HttpRequest.newBuilder(
                        address.resolve("/sample?sampler=ddpm&seed=0&count=" + count + "&steps=" + steps))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    /**
     * The body of an answer.
     *
     * @throws UserError if it is a refusal; the message has its reason
     */
    byte[] checked(HttpResponse<byte[]> response) {
        if (response.statusCode() != OK) {
            throw new UserError(name + " answered " + response.statusCode() + ": " + reason(response.body()));
        }
        return response.body();
    }

    private static String reason(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        try {
            return new ObjectMapper().readTree(text).path("error").asText(text);
        } catch (JsonProcessingException e) {
            return text;
        }
    }
}
