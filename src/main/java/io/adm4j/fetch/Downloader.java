package io.adm4j.fetch;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Downloads files from web servers, resumes an earlier attempt where it stopped, and accepts complete files only.
 *
 * <p>A partial file is continued from its end (Range), on the condition that the file has not changed (If-Range, with the
 * server's ETag or date where it gave one). A server without support for that sends the file from the beginning.
 */
public final class Downloader {
    private static final int MEGABYTE = 1_000_000;
    private static final int CHUNK = 1 << 16;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18})");

    private final HttpClient client;
    private final Patience patience;
    private final Advice advice;
    private final ProgressListener progress;

    /**
     * When to give up a download.
     *
     * @param tries consecutive attempts without new bytes
     * @param pause before the second attempt; each further one is twice as long
     * @param connect how long a connection may take to be made
     * @param silence how long a connection may be silent before it counts as broken
     * @param longest how long everything may take
     */
    public record Patience(int tries, Duration pause, Duration connect, Duration silence, Duration longest) {
        /** For people who watch. */
        public static final Patience USUAL = new Patience(
                6, Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofDays(30));
    }

    /** The server does not have the file; another address may. */
    public static final class NotThere extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotThere(String message) {
            super(message);
        }
    }

    /** The server cannot be reached. */
    public static final class Unreachable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** @param progress notified of each file that is fetched */
    public Downloader(Patience patience, Advice advice, ProgressListener progress) {
        this.patience = patience;
        this.advice = advice;
        this.progress = progress;
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(patience.connect())
                .build();
    }

    /**
     * Downloads a file.
     *
     * @throws NotThere if the server does not have it
     * @throws Unreachable if no connection can be made
     * @throws UserError if it is not complete, or too small to be the file that is wanted
     */
    public void download(URI address, Path target, long leastBytes) {
        try (PartFile part = PartFile.open(target, advice)) {
            // Another process may have finished between the caller's check and the lock.
            if (!Files.exists(target)) {
                new Transfer(address, target, leastBytes, part).run();
            }
        }
    }

    /** Copies a local file in the same way. */
    public void copy(Path source, Path target, long leastBytes) {
        try (PartFile part = PartFile.open(target, advice);
                InputStream in = Files.newInputStream(source)) {
            long total = Files.size(source);
            requireLength(source.toString(), total, leastBytes);
            part.requireRoom(total);
            part.begin(new PartFile.Origin(source.toUri().toString(), "", total));
            try (Progress shown = show(target, 0, total)) {
                Megabytes megabytes = new Megabytes(shown, 0);
                byte[] chunk = new byte[CHUNK];
                for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                    part.append(chunk, n);
                    megabytes.reached(part.size());
                }
                megabytes.ended(part.size());
            }
            if (part.size() != total) {
                throw new UserError("The file " + source + " changed while it was copied: give the command again.");
            }
            part.finish();
        } catch (IOException e) {
            throw new UserError("The file " + source + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private Progress show(Path target, long done, long total) {
        return progress.start(
                target.getFileName().toString(), done / MEGABYTE, (total + MEGABYTE - 1) / MEGABYTE, "MB");
    }

    private static void requireLength(String source, long bytes, long least) {
        if (bytes < least) {
            throw new UserError(source + " has " + bytes + " bytes, but the file that is wanted has at least " + least
                    + ": it is truncated or another file.");
        }
    }

    /** Converts bytes to whole megabytes. */
    private static final class Megabytes {
        private final Progress progress;
        private long shown;

        Megabytes(Progress progress, long bytes) {
            this.progress = progress;
            shown = bytes / MEGABYTE;
        }

        void reached(long bytes) {
            show(bytes / MEGABYTE);
        }

        /** Counts the last, incomplete megabyte. */
        void ended(long bytes) {
            show((bytes + MEGABYTE - 1) / MEGABYTE);
        }

        private void show(long now) {
            if (now > shown) {
                progress.step(now - shown);
                shown = now;
            }
        }
    }

    /** The download of one file. */
    private final class Transfer {
        private final URI address;
        private final String shown;
        private final Path target;
        private final long leastBytes;
        private final PartFile part;
        private final long deadline = System.nanoTime() + patience.longest().toNanos();
        private boolean everConnected;

        /** Total length in bytes according to the server; -1 if unknown. */
        private long total = -1;

        Transfer(URI address, Path target, long leastBytes, PartFile part) {
            this.address = address;
            // A query may be a password.
            this.shown = address.getRawQuery() == null
                    ? address.toString()
                    : address.toString().replace("?" + address.getRawQuery(), "?...");
            this.target = target;
            this.leastBytes = leastBytes;
            this.part = part;
        }

        void run() {
            long furthest = part.usable(address.toString());
            int failures = 0;
            while (true) {
                String problem;
                try {
                    if (complete() || attempt()) {
                        part.finish();
                        return;
                    }
                    problem = "the server's answers to a request for the rest are inconsistent";
                } catch (IOException e) {
                    requireReachable(e);
                    problem = reason(e);
                } catch (InterruptedException e) {
                    throw stopped(e);
                }
                long reached = part.size();
                failures = reached > furthest ? 1 : failures + 1;
                furthest = Math.max(furthest, reached);
                if (failures >= patience.tries()) {
                    throw new UserError(shown + " was not completed after " + failures + " attempts in a row without"
                            + " progress (" + problem + "); " + reached
                            + " bytes are stored, and " + advice.again() + " resumes there.");
                }
                requireTime();
                pause(failures);
            }
        }

        private boolean complete() {
            return part.size() > 0
                    && part.usable(address.toString()) == part.size()
                    && Objects.requireNonNull(part.origin()).total() == part.size();
        }

        /** True if the file is complete; false if the next attempt must start over. */
        private boolean attempt() throws IOException, InterruptedException {
            long have = part.usable(address.toString());
            HttpResponse<InputStream> response = client.send(request(have), HttpResponse.BodyHandlers.ofInputStream());
            everConnected = true;
            try (InputStream body = response.body()) {
                switch (response.statusCode()) {
                    case 200 -> begin(response.headers());
                    case 206 -> {
                        if (!continues(response.headers(), have)) {
                            part.begin(null);
                            return false;
                        }
                    }
                    case 416 -> {
                        part.begin(null);
                        return false;
                    }
                    case 404, 410 ->
                        throw new NotThere(
                                shown + " does not exist (the server answers " + response.statusCode() + ").");
                    case 408, 425, 429, 500, 502, 503, 504 ->
                        throw new IOException("the server answers " + response.statusCode());
                    default ->
                        throw new UserError("The server answers " + response.statusCode() + " to a request for " + shown
                                + ": look at that address, or " + advice.address() + ".");
                }
                receive(body);
            }
            if (total >= 0 && part.size() != total) {
                throw new IOException("it ended after " + part.size() + " of " + total + " bytes");
            }
            if (part.size() < leastBytes) {
                long received = part.size();
                part.begin(null);
                requireLength(shown, received, leastBytes);
            }
            return true;
        }

        private HttpRequest request(long have) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address)
                    .timeout(patience.silence())
                    .header("Accept-Encoding", "identity")
                    .header("User-Agent", "adm4j");
            if (have > 0) {
                request.header("Range", "bytes=" + have + "-");
                String validator = Objects.requireNonNull(part.origin()).validator();
                // A weak ETag does not promise equal bytes, and one without quotes is none in a request.
                if (validator.startsWith("\"") || validator.endsWith("GMT")) {
                    request.header("If-Range", validator);
                }
            }
            return request.build();
        }

        private void begin(HttpHeaders headers) {
            total = headers.firstValueAsLong("Content-Length").orElse(-1);
            if (total >= 0) {
                requireLength(shown, total, leastBytes);
                part.begin(null);
                part.requireRoom(total);
            }
            part.begin(new PartFile.Origin(address.toString(), validator(headers), total));
        }

        /** Whether a partial answer is the rest of the stored part. */
        private boolean continues(HttpHeaders headers, long have) {
            Matcher range =
                    CONTENT_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
            if (!range.matches() || Long.parseLong(range.group(1)) != have) {
                return false;
            }
            total = Long.parseLong(range.group(2));
            long expected = Objects.requireNonNull(part.origin()).total();
            String before = Objects.requireNonNull(part.origin()).validator();
            String now = validator(headers);
            if (expected >= 0 && total != expected || !before.isEmpty() && !now.isEmpty() && !before.equals(now)) {
                return false;
            }
            part.requireRoom(total - have);
            return true;
        }

        private static String validator(HttpHeaders headers) {
            return headers.firstValue("ETag")
                    .or(() -> headers.firstValue("Last-Modified"))
                    .orElse("");
        }

        private void receive(InputStream body) throws IOException {
            try (ReadTimeout silence = new ReadTimeout(body, patience.silence());
                    Progress bar = show(target, part.size(), Math.max(total, part.size()))) {
                Megabytes megabytes = new Megabytes(bar, part.size());
                byte[] chunk = new byte[CHUNK];
                for (int n = silence.read(chunk); n >= 0; n = silence.read(chunk)) {
                    part.append(chunk, n);
                    megabytes.reached(part.size());
                    requireTime();
                }
                megabytes.ended(part.size());
            }
        }

        private void requireTime() {
            if (System.nanoTime() - deadline > 0) {
                throw new UserError(
                        shown + " took longer than " + patience.longest().toSeconds() + " seconds; " + part.size()
                                + " bytes are stored, and " + advice.again() + " resumes there.");
            }
        }

        private void requireReachable(IOException e) throws Unreachable {
            boolean noWay = e instanceof ConnectException
                    || e instanceof UnknownHostException
                    || e instanceof NoRouteToHostException
                    || e instanceof HttpConnectTimeoutException;
            if (noWay && !everConnected) {
                throw new Unreachable(reason(e), e);
            }
        }

        private String reason(IOException e) {
            for (Throwable t = e; t != null; t = t.getCause()) {
                if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
                    return "the name " + address.getHost() + " cannot be resolved";
                }
            }
            if (e instanceof HttpConnectTimeoutException) {
                return address.getHost() + " does not answer";
            }
            return e.getMessage() == null || e.getMessage().isBlank()
                    ? "no connection to " + address.getHost()
                    : e.getMessage();
        }

        private void pause(int tries) {
            try {
                Thread.sleep(patience.pause().toMillis() << Math.min(tries - 1, 5));
            } catch (InterruptedException e) {
                throw stopped(e);
            }
        }

        private UserError stopped(InterruptedException e) {
            Thread.currentThread().interrupt();
            return new UserError(
                    "Stopped after " + part.size() + " bytes of " + target.getFileName() + ": " + advice.again()
                            + " resumes where it stopped.",
                    e);
        }
    }
}
