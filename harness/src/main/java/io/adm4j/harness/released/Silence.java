package io.adm4j.harness.released;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Cuts a stream that brings nothing for too long: a reader of a dead connection would wait for ever. */
final class Silence implements AutoCloseable {
    private final ScheduledExecutorService clock;
    private volatile long lastSound = System.nanoTime();

    Silence(InputStream stream, Duration longest) {
        clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "download-silence");
            thread.setDaemon(true);
            return thread;
        });
        long often = Math.max(1, longest.toMillis() / 4);
        clock.scheduleWithFixedDelay(
                () -> {
                    if (System.nanoTime() - lastSound > longest.toNanos()) {
                        cut(stream);
                    }
                },
                often,
                often,
                TimeUnit.MILLISECONDS);
    }

    /** Something came. */
    void broken() {
        lastSound = System.nanoTime();
    }

    private static void cut(InputStream stream) {
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
