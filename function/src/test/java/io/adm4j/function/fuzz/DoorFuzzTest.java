package io.adm4j.function.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.function.service.SamplingService;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Many malicious requests to all doors, from several clients. Each must be answered, with one sentence if it is refused, and
 * never as the server's fault; afterwards nothing of them may be left. {@code -Dadm4j.fuzz.doors=N} sets their number, {@code
 * -Dadm4j.fuzz.first} the number of the first; a request depends on its number alone.
 */
@QuarkusTest
@TestProfile(DoorFuzzTest.Small.class)
class DoorFuzzTest {
    /** Requests that take no time, however many images and steps they ask for. */
    public static class Small implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>();
            settings.put("quarkus.http.test-port", "0");
            settings.put("adm4j.limit.count", "2");
            settings.put("adm4j.limit.steps", "2");
            settings.put("adm4j.standard.steps", "2");
            settings.put("adm4j.standard.upsampler-steps", "2");
            return settings;
        }
    }

    private static final int REQUESTS = Integer.getInteger("adm4j.fuzz.doors", 500);
    private static final int FIRST = Integer.getInteger("adm4j.fuzz.first", 0);

    /** Requests before the function's size is taken: pools are filled, code is compiled. */
    private static final int WARM_UP = 200;

    private static final int CLIENTS = 8;

    /** A busy machine makes everything wait; beyond this it is an answer that never comes. */
    private static final int LONGEST_WAIT_MILLIS = 60_000;

    /** How long the answer to broken HTTP may take: the function may wait for the rest of it. */
    private static final int BROKEN_WAIT_MILLIS = 300;

    private static final long MOST_HEAP = 16 << 20;

    /** Threads that Quarkus, Netty and the JVM keep in pools of limited size. */
    private static final String POOLS =
            "executor-thread-.*|vert\\.x-.*|vertx-.*|adm4j-metrics-.*|ForkJoinPool.*|Common-Cleaner.*|GC .*";

    /** Combinations of method, path and status that a metric may have. */
    private static final int MOST_METERS = 100;

    @Inject
    SamplingService sampling;

    @Inject
    MeterRegistry meters;

    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, AtomicInteger> outcomes = new ConcurrentHashMap<>();

    /** What the function holds when it has nothing to do. */
    private record Footprint(Set<String> threads, long heap, Set<String> meters) {}

    @Test
    void hostileRequestsAreRefusedAndLeaveNothingBehind() throws Exception {
        String model = sampling.bundles().base().name();
        String token = token();
        run(FIRST, WARM_UP, model, token);
        Footprint before = footprint();
        LogCount log = LogCount.start();
        try {
            run(FIRST, REQUESTS, model, token);
        } finally {
            log.close();
        }

        System.out.println(REQUESTS + " requests: " + new TreeMap<>(outcomes) + "; " + log + "; "
                + (meters.getMeters().size() - before.meters.size()) + " more meters");
        assertTrue(
                count("valid 200") > 0 && count("restore 200") > 0, () -> "sound requests are answered: " + outcomes);
        for (String kind : List.of("query", "json", "types", "restore")) {
            assertTrue(count(kind + " 400") > 0, () -> kind + " is refused: " + outcomes);
        }
        assertEquals(0, log.warnings(), () -> "what clients send is no warning: " + log);
        assertNothingIsLeftOf(before);
        RawAnswer last = RawAnswer.to(
                        RestAssured.port, FuzzedRequest.of(0, model, token).bytes(), true, LONGEST_WAIT_MILLIS)
                .orElseThrow();
        assertTrue(last.status() == 200 || last.status() == 404, last.text());
    }

    /** A token of the function, or a text that is none where it gives none. */
    private String token() throws IOException {
        byte[] body = "{\"steps\": 2, \"maxSteps\": 1}".getBytes(StandardCharsets.UTF_8);
        String request = "POST /sample HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n";
        RawAnswer answer = RawAnswer.to(
                        RestAssured.port,
                        (request + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8),
                        true,
                        LONGEST_WAIT_MILLIS)
                .orElseThrow();
        return json.readTree(answer.text()).at("/continuation/token").asText("bm8gdG9rZW4gYXQgYWxs");
    }

    private void run(int first, int count, String model, String token) throws Exception {
        AtomicInteger next = new AtomicInteger(first);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> ends = IntStream.range(0, CLIENTS)
                    .<Future<?>>mapToObj(c -> clients.submit(() -> {
                        for (int i = next.getAndIncrement(); i < first + count; i = next.getAndIncrement()) {
                            one(i, FuzzedRequest.of(i, model, token));
                        }
                    }))
                    .toList();
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError failure) {
                throw failure;
            }
            throw e;
        } finally {
            clients.shutdownNow();
        }
    }

    private void one(int number, FuzzedRequest request) {
        String name = "Request " + number + " (" + request.kind() + ", -Dadm4j.fuzz.first=" + number + ")";
        try {
            Optional<RawAnswer> answer = answer(request);
            assertTrue(answer.isPresent() || !request.whole(), "no answer");
            if (answer.isPresent()) {
                check(answer.get());
            }
            String outcome = answer.map(a -> String.valueOf(a.status())).orElse("none");
            outcomes.computeIfAbsent(request.kind() + " " + outcome, k -> new AtomicInteger())
                    .incrementAndGet();
        } catch (IOException | AssertionError e) {
            throw new AssertionError(name + ": " + e.getMessage() + "\n" + shown(request), e);
        }
    }

    private static Optional<RawAnswer> answer(FuzzedRequest request) throws IOException {
        int millis = request.whole() ? LONGEST_WAIT_MILLIS : BROKEN_WAIT_MILLIS;
        try {
            return RawAnswer.to(RestAssured.port, request.bytes(), request.answerHasBody(), millis);
        } catch (IOException e) {
            if (request.whole()) {
                throw e;
            }
            // What answers broken HTTP may be no HTTP/1.1: it may have asked for HTTP/2.
            return Optional.empty();
        }
    }

    private void check(RawAnswer answer) throws IOException {
        String text = answer.text();
        assertTrue(answer.status() < 500 || answer.status() == 503, () -> answer.status() + " " + text);
        if (answer.status() < 400) {
            return;
        }
        for (String secret : List.of("Exception", "\tat ", System.getProperty("user.dir"), "io.adm4j.")) {
            assertFalse(text.contains(secret), () -> answer.status() + " tells " + secret + ": " + text);
        }
        // Netty refuses broken HTTP without a body.
        if (answer.contentType().startsWith("application/json") && !text.isEmpty()) {
            JsonNode error = json.readTree(text);
            assertTrue(error.size() == 1 && error.path("error").isTextual(), text);
            String sentence = error.get("error").asText();
            assertTrue(sentence.endsWith(".") && !sentence.contains("\n"), sentence);
            assertTrue(sentence.length() < 2000, sentence);
        }
    }

    private static String shown(FuzzedRequest request) {
        String text = new String(request.bytes(), StandardCharsets.ISO_8859_1).replaceAll("[^\\n\\x20-~]", "?");
        return text.length() > 1000 ? text.substring(0, 1000) + "..." : text;
    }

    private int count(String outcome) {
        AtomicInteger count = outcomes.get(outcome);
        return count == null ? 0 : count.get();
    }

    /** Waits for what ends by itself: connections that were closed, memory that is free. */
    private void assertNothingIsLeftOf(Footprint before) throws InterruptedException {
        Footprint after = footprint();
        for (int i = 0; i < 100 && !left(before, after).isEmpty(); i++) {
            Thread.sleep(100);
            after = footprint();
        }
        assertEquals("", left(before, after));
    }

    private static String left(Footprint before, Footprint after) {
        Set<String> threads = new TreeSet<>(after.threads);
        threads.removeAll(before.threads);
        String left = threads.isEmpty() ? "" : "threads " + threads + " ";
        if (after.heap > before.heap + MOST_HEAP) {
            left += "heap of " + before.heap + " bytes, then of " + after.heap + " ";
        }
        Set<String> meters = new TreeSet<>(after.meters);
        meters.removeAll(before.meters);
        if (meters.size() > MOST_METERS) {
            left += meters.size() + " meters " + meters;
        }
        return left;
    }

    private Footprint footprint() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        Set<String> threads = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.matches(POOLS))
                .collect(Collectors.toCollection(TreeSet::new));
        return new Footprint(
                threads,
                runtime.totalMemory() - runtime.freeMemory(),
                meters.getMeters().stream()
                        .map(meter -> meter.getId().toString())
                        .collect(Collectors.toSet()));
    }
}
