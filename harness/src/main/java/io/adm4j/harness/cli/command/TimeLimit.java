package io.adm4j.harness.cli.command;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Asks a task to end when its time is over, until closed. */
final class TimeLimit implements AutoCloseable {
    private static final double NANOSECONDS_PER_HOUR = 3600e9;

    private final long end;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "time limit");
        thread.setDaemon(true);
        return thread;
    });

    /** @param end of the time, as {@link System#nanoTime()} counts */
    private TimeLimit(long end) {
        this.end = end;
    }

    /**
     * A limit that counts from now.
     *
     * @param hours above 0; a limit of more than 200 years is none
     */
    static TimeLimit ofHours(double hours) {
        return new TimeLimit(System.nanoTime() + (long) Math.min(hours * NANOSECONDS_PER_HOUR, Long.MAX_VALUE / 2.0));
    }

    /** Calls {@code stop} once the time is over, on another thread. */
    void whenOver(Runnable stop) {
        clock.schedule(stop, end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    boolean isOver() {
        return System.nanoTime() - end >= 0;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
