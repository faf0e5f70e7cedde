package io.adm4j.harness.bench.soak;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.FunctionProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A mix of requests from several clients to a function that gets SIGTERM in between and is started again. Some clients hang
 * up, some name deadlines, some continue with tokens. Refused requests are repeated until they are answered, except where a
 * deadline has passed.
 */
public final class Soak {
    private static final String TOKEN_KEY = "-Dadm4j.token-key=the key of the soak, long enough for any rule";
    private static final int MOST_ATTEMPTS = 2000;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    /** How long the function may take to end: its grace period and more, on a busy machine. */
    private static final long LONGEST_END_SECONDS = 180;

    private final SoakSettings settings;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<SoakSampling, List<byte[]>> expected = new HashMap<>();
    private final SoakCounts counts = new SoakCounts();
    private final List<String> problems = Collections.synchronizedList(new ArrayList<>());
    private final MemoryLog memory = new MemoryLog();

    private volatile Served served;

    /**
     * A process of the function.
     *
     * @param told when it was told to end, in nanoseconds; {@link Long#MAX_VALUE} before
     */
    private record Served(FunctionProcess process, AtomicLong told) {
        static Served start(SoakSettings settings, int number) {
            List<String> options = new ArrayList<>(List.of("-Xmx512m", TOKEN_KEY));
            options.addAll(settings.options());
            Path log = settings.logs().resolve("function-" + number + ".log");
            return new Served(
                    FunctionProcess.start(settings.jar(), options, settings.bundle(), log),
                    new AtomicLong(Long.MAX_VALUE));
        }

        URI address() {
            return process.address();
        }
    }

    private Soak(SoakSettings settings) {
        this.settings = settings;
        this.served = Served.start(settings, 1);
    }

    /**
     * Runs the mix.
     *
     * @return what happened, with all that is wrong
     * @throws UserError if the function does not start or refuses what it should know
     */
    public static SoakReport run(SoakSettings settings, ProgressListener listener) {
        Soak soak = new Soak(settings);
        try (Progress progress = listener.start("Soak", settings.requests(), "requests")) {
            progress.message("each image alone");
            soak.learn();
            progress.message("");
            soak.all(progress);
            return soak.report();
        } finally {
            soak.served.process().close();
        }
    }

    /** Asks for each image while nothing else runs. */
    private void learn() {
        for (SoakSampling sampling : SoakSampling.ALL) {
            List<byte[]> images = new ArrayList<>();
            for (int seed = 0; seed < SoakRequest.SEEDS; seed++) {
                SoakRequest request = new SoakRequest(SoakRequest.Door.PNG, sampling, seed, 1, 0, 0, 0);
                Exchange exchange = Exchange.of(served.address(), request.message(), 0);
                if (exchange.status() != 200) {
                    throw new UserError("The function did not answer an image alone: " + exchange.status() + " "
                            + exchange.text() + exchange.problem() + ".");
                }
                images.add(exchange.body());
            }
            expected.put(sampling, images);
        }
    }

    private void all(Progress progress) {
        AtomicInteger next = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(settings.clients());
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int c = 0; c < settings.clients(); c++) {
                ends.add(clients.submit(() -> {
                    for (int i = next.getAndIncrement(); i < settings.requests(); i = next.getAndIncrement()) {
                        one(i);
                        progress.step(1);
                    }
                }));
            }
            boolean restarted = false;
            while (!ends.stream().allMatch(Future::isDone)) {
                memory.sample(served.process().pid());
                if (!restarted && next.get() > settings.requests() / 2) {
                    restart();
                    restarted = true;
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the clients ran.", e);
        } finally {
            clients.shutdownNow();
        }
    }

    private void restart() throws InterruptedException {
        Served before = served;
        long told = System.nanoTime();
        before.told().set(told);
        if (!before.process().terminate(LONGEST_END_SECONDS)) {
            problems.add("The function did not end within " + LONGEST_END_SECONDS + " s of SIGTERM.");
        }
        counts.add("seconds from SIGTERM to the end", (System.nanoTime() - told) / 1_000_000_000);
        served = Served.start(settings, 2);
    }

    /** One request and its repetitions, up to the answer that counts. */
    private void one(int number) {
        SoakRequest request = SoakRequest.of(settings.seed(), number);
        String message = request.message();
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Served now = served;
            long sent = System.nanoTime();
            Exchange exchange = Exchange.of(now.address(), message, request.hangUpMillis());
            switch (exchange.fate()) {
                case HUNG_UP -> {
                    counts.add("hung up", 1);
                    return;
                }
                case UNREACHABLE -> {
                    // Allowed while the function is down; when it is not, the last attempt says so.
                    counts.add("not connected", 1);
                    pause(200);
                }
                case UNANSWERED -> {
                    if (sent < now.told().get()) {
                        problem(number, request, "was not answered: " + exchange.problem());
                        return;
                    }
                    counts.add("sent to a function that was told to end, and not accepted", 1);
                    pause(200);
                }
                case CUT -> {
                    problem(number, request, "was cut: " + exchange.problem());
                    return;
                }
                case ANSWERED -> {
                    String again = answered(number, request, exchange);
                    if (again.isEmpty()) {
                        return;
                    }
                    message = again;
                }
            }
        }
        problem(number, request, "got no answer in " + MOST_ATTEMPTS + " attempts");
    }

    /** Checks an answer; gives the request to send next, or nothing if this was the last. */
    private String answered(int number, SoakRequest request, Exchange exchange) {
        try {
            if (exchange.status() == 200 && request.door() == SoakRequest.Door.PNG) {
                compare(number, request, List.of(exchange.body()));
                return "";
            }
            JsonNode answer = answer(exchange);
            if (answer.has("error")) {
                return refused(number, request, exchange, answer);
            }
            String token = answer.at("/continuation/token").asText("");
            if (!token.isEmpty()) {
                counts.add("suspended and continued", 1);
                return request.continued(token);
            }
            List<byte[]> images = new ArrayList<>();
            for (JsonNode image : answer.path("pictures")) {
                if (image.path("seed").asInt() != request.first() + images.size()) {
                    problem(number, request, "has images of other seeds");
                }
                images.add(image.path("png").binaryValue());
            }
            compare(number, request, images);
        } catch (IOException e) {
            problem(number, request, "cannot be read (" + exchange.status() + "): " + exchange.text());
        }
        return "";
    }

    /** The answer as JSON; of a stream, its last event. */
    private JsonNode answer(Exchange exchange) throws JsonProcessingException {
        String text = exchange.text();
        if (exchange.headers().getOrDefault("content-type", "").startsWith("text/event-stream")) {
            int last = Math.max(text.lastIndexOf("event: done\n"), text.lastIndexOf("event: error\n"));
            text = text.substring(text.indexOf("data: ", Math.max(0, last)) + "data: ".length());
        }
        return json.readTree(text);
    }

    private String refused(int number, SoakRequest request, Exchange exchange, JsonNode answer) {
        String reason = answer.get("error").asText();
        // 400 says that the deadline is too short for what is asked.
        boolean mayRefuse = exchange.status() == 503
                || exchange.status() == 429
                || exchange.status() == 200
                || exchange.status() == 400 && request.deadlineMillis() > 0;
        if (!mayRefuse || reason.isBlank()) {
            problem(number, request, "was refused with " + exchange.status() + ": " + exchange.text());
            return "";
        }
        counts.add("refused: " + reason.replaceAll("\\d+", "N").replaceAll("about .*", "..."), 1);
        if (request.deadlineMillis() > 0) {
            return "";
        }
        String after = exchange.headers().getOrDefault("retry-after", "1");
        pause(Math.min(LONGEST_PAUSE_MILLIS, 1000 * Long.parseLong(after)));
        String token = answer.path("token").asText("");
        if (token.isEmpty()) {
            return request.message();
        }
        counts.add("continued with the token of a refusal", 1);
        return request.continued(token);
    }

    private void compare(int number, SoakRequest request, List<byte[]> images) {
        if (images.size() != request.count()) {
            problem(number, request, "has " + images.size() + " images");
            return;
        }
        List<byte[]> all = expected.get(request.sampling());
        for (int i = 0; i < images.size(); i++) {
            if (!Arrays.equals(all.get(request.first() + i), images.get(i))) {
                problem(number, request, "image " + i + " is not that of its seed");
                return;
            }
        }
        counts.add("answered with the right images", 1);
        counts.add("images", images.size());
    }

    private void problem(int number, SoakRequest request, String what) {
        problems.add("Request " + number + " " + request + " " + what + ".");
    }

    private SoakReport report() {
        memory.problem().ifPresent(problems::add);
        return new SoakReport(settings, counts.all(), memory.lines(), List.copyOf(problems));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
