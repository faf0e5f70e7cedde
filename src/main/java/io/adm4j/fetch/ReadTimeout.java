package io.adm4j.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes a stream that delivers no data for too long: a reader of a dead connection would wait forever. */
final class ReadTimeout implements AutoCloseable {
    private final InputStream stream;
    private final Duration longest;
    private final ScheduledExecutorService clock;
    private volatile long lastRead = System.nanoTime();
    private volatile boolean cut;

    ReadTimeout(InputStream stream, Duration longest) {
        this.stream = stream;
        this.longest = longest;
        clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "download-timeout");
            thread.setDaemon(true);
            return thread;
        });
        long often = Math.max(1, longest.toMillis() / 4);
        clock.scheduleWithFixedDelay(this::listen, often, often, TimeUnit.MILLISECONDS);
    }

    /** Reads as the stream does. */
    int read(byte[] bytes) throws IOException {
        try {
            int count = stream.read(bytes);
            lastRead = System.nanoTime();
            return count;
        } catch (IOException e) {
            if (cut) {
                throw new IOException("no data for " + longest.toSeconds() + " seconds", e);
            }
            throw e;
        }
    }

    private void listen() {
        if (System.nanoTime() - lastRead <= longest.toNanos()) {
            return;
        }
        cut = true;
        try {
            stream.close();
        } catch (IOException e) {
            // The reader finds the stream closed either way.
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
