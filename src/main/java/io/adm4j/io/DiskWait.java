package io.adm4j.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Tries again while a disk is full, for some time, so that a long task does not end for lack of room that somebody makes. */
public final class DiskWait {
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Duration limit;
    private final Consumer<String> warnings;
    private final LongSupplier nanoTime;
    private final Sleeper sleeper;

    /** What may fail for lack of room. */
    @FunctionalInterface
    public interface Write {
        /** Writes everything, or leaves nothing that hinders another try. */
        void run() throws IOException;
    }

    /** Waits. */
    @FunctionalInterface
    public interface Sleeper {
        /** Waits for some time. */
        void sleep(Duration time) throws InterruptedException;
    }

    /**
     * @param limit how long one write is tried again; zero for not at all
     * @param warnings told when a wait begins, and when there is room again
     */
    public DiskWait(Duration limit, Consumer<String> warnings) {
        this(limit, warnings, System::nanoTime, time -> Thread.sleep(time.toMillis()));
    }

    /** @param sleeper waits between two tries */
    public DiskWait(Duration limit, Consumer<String> warnings, Sleeper sleeper) {
        this(limit, warnings, System::nanoTime, sleeper);
    }

    DiskWait(Duration limit, Consumer<String> warnings, LongSupplier nanoTime, Sleeper sleeper) {
        this.limit = limit;
        this.warnings = warnings;
        this.nanoTime = nanoTime;
        this.sleeper = sleeper;
    }

    /** Tries once. */
    public static DiskWait none() {
        return new DiskWait(Duration.ZERO, warning -> {});
    }

    /** Whether a failure, or what caused it, is that a disk is full or a quota used up. */
    public static boolean isFull(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (cause instanceof IOException
                    && (message.contains("no space left")
                            || message.contains("not enough space")
                            || message.contains("quota exceeded"))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Writes, and tries again while the disk is full.
     *
     * @param where file or folder, for messages
     * @param full tells whether that is why a try failed
     * @throws IOException of the last try; a {@link RuntimeException} of it likewise
     */
    public void run(Path where, Predicate<Exception> full, Write write) throws IOException {
        long begin = nanoTime.getAsLong();
        boolean waited = false;
        while (true) {
            try {
                write.run();
                if (waited) {
                    warnings.accept("There is room for " + where + " again.");
                }
                return;
            } catch (IOException | RuntimeException e) {
                if (!full.test(e) || nanoTime.getAsLong() - begin >= limit.toNanos()) {
                    throw e;
                }
                if (!waited) {
                    warnings.accept("The disk is full: " + where + " is tried again for "
                            + (limit.toMinutes() > 0 ? limit.toMinutes() + " min" : limit.toSeconds() + " s")
                            + "; make room meanwhile.");
                }
                waited = true;
                sleep(where);
            }
        }
    }

    private void sleep(Path where) throws InterruptedIOException {
        try {
            sleeper.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for room for " + where);
        }
    }

    /**
     * Appends to a file, which is created if there is none. What one call writes is there as a whole or not at all.
     *
     * @throws IOException if the file cannot be opened
     */
    public OutputStream append(Path file) throws IOException {
        // Not a channel: that an interruption would close.
        RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
        out.seek(out.length());
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                long start = out.getFilePointer();
                DiskWait.this.run(file, DiskWait::isFull, () -> {
                    // What a try before has left.
                    out.setLength(start);
                    out.seek(start);
                    out.write(bytes, offset, length);
                });
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }
}
