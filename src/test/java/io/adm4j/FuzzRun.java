package io.adm4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Reads many malicious files, one after another. Each must yield a value or the reader's own exception with one sentence,
 * quickly, and without more memory than a file of its size justifies. {@code -Dadm4j.fuzz=N} sets their number, {@code
 * -Dadm4j.fuzz.first} the number of the first; a file depends on its number alone.
 */
public final class FuzzRun {
    private static final int INPUTS = Integer.getInteger("adm4j.fuzz", 2000);
    private static final int FIRST = Integer.getInteger("adm4j.fuzz.first", 0);
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long SLOWEST_MILLIS = 10_000;

    /** A busy machine makes everything wait; beyond this it is a reader that waits. */
    private static final long LONGEST_WAIT_MILLIS = 120_000;

    private static final int LONGEST_MESSAGE = 2000;

    private final Subject subject;
    private final Class<? extends RuntimeException> refusal;
    private final long mostAllocated;
    private final int mostAllocatedPerByte;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TreeMap<String, Outcome> outcomes = new TreeMap<>();
    private volatile int current;
    private volatile String kind = "";
    private volatile long started;
    private volatile long startedProcessorNanos;
    private volatile Throwable escaped;

    /** What is fuzzed. */
    public interface Subject {
        /** How the file of this number is generated, in one word. */
        String kind(int number);

        /** Generates the file of a number. */
        Path make(int number, SplittableRandom random) throws Exception;

        /** Reads the file as a program would. */
        void read(Path file) throws Exception;
    }

    /** How the files of a kind ended. */
    private static final class Outcome {
        private int read;
        private int refused;
        private long slowestNanos;
        private long processorNanos;
        private long mostAllocated;

        @Override
        public String toString() {
            return read + " read, " + refused + " refused, slowest " + slowestNanos / 1_000_000 + " ms, "
                    + processorNanos / 1_000_000 + " ms of processor, most allocated " + (mostAllocated >> 10) + " KiB";
        }
    }

    /**
     * @param refusal the exception that may end a reading
     * @param mostAllocated bytes on the heap that any file may take
     * @param mostAllocatedPerByte and more for each of its bytes
     */
    public FuzzRun(
            Subject subject, Class<? extends RuntimeException> refusal, long mostAllocated, int mostAllocatedPerByte) {
        this.subject = subject;
        this.refusal = refusal;
        this.mostAllocated = mostAllocated;
        this.mostAllocatedPerByte = mostAllocatedPerByte;
    }

    /** Reads all the files, and fails with the number of the first that violates this. */
    public void check() throws InterruptedException {
        started = System.nanoTime();
        Thread worker = new Thread(this::run, "fuzz");
        worker.setDaemon(true);
        worker.start();
        while (worker.isAlive()) {
            worker.join(200);
            long millis = (System.nanoTime() - started) / 1_000_000;
            long computed = (threads.getThreadCpuTime(worker.getId()) - startedProcessorNanos) / 1_000_000;
            if (worker.isAlive() && (computed > SLOWEST_MILLIS || millis > LONGEST_WAIT_MILLIS)) {
                AssertionError slow = new AssertionError("File " + current + " (" + kind + ") has taken " + millis
                        + " ms, " + computed + " ms of processor.");
                slow.setStackTrace(worker.getStackTrace());
                throw slow;
            }
        }
        if (escaped != null) {
            throw new AssertionError("File " + current + " (" + kind + "): " + escaped, escaped);
        }
        System.out.println(INPUTS + " files: " + outcomes);
        assertEquals(
                INPUTS,
                outcomes.values().stream().mapToInt(o -> o.read + o.refused).sum());
        // Were all refused, or none, the files would not be what they should.
        outcomes.forEach((name, o) -> assertTrue(o.read > 0 && o.refused > 0, name + ": " + o));
    }

    private void run() {
        try {
            for (int i = FIRST; i < FIRST + INPUTS; i++) {
                started = System.nanoTime();
                startedProcessorNanos = threads.getCurrentThreadCpuTime();
                current = i;
                kind = subject.kind(i);
                Outcome outcome = outcomes.computeIfAbsent(kind, k -> new Outcome());
                long before = threads.getCurrentThreadCpuTime();
                one(subject.make(i, new SplittableRandom(SEED * (i + 1))), outcome);
                outcome.processorNanos += threads.getCurrentThreadCpuTime() - before;
            }
        } catch (Throwable e) {
            escaped = e;
        }
    }

    private void one(Path file, Outcome outcome) throws Exception {
        long size = Files.size(file);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        try {
            subject.read(file);
            outcome.read++;
        } catch (RuntimeException e) {
            if (!refusal.isInstance(e)) {
                throw e;
            }
            outcome.refused++;
            String message = e.getMessage();
            assertTrue(message.endsWith(".") && message.length() < LONGEST_MESSAGE && !message.contains("\n"), message);
        }
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        long most = mostAllocated + mostAllocatedPerByte * size;
        assertTrue(allocated < most, () -> "A file of " + size + " bytes took " + allocated + " bytes of memory.");
        outcome.mostAllocated = Math.max(outcome.mostAllocated, allocated);
        outcome.slowestNanos = Math.max(outcome.slowestNanos, System.nanoTime() - started);
    }

    /** Bytes with a few changes: others in their place, cut out, repeated, or cut off. */
    public static byte[] changed(SplittableRandom random, byte[] original) {
        byte[] bytes = original.clone();
        int changes = random.nextBoolean() ? 1 : 1 + random.nextInt(4);
        for (; changes > 0 && bytes.length > 8; changes--) {
            int at = random.nextInt(bytes.length);
            int length = 1 + random.nextInt(Math.min(bytes.length - at, 32));
            switch (random.nextInt(8)) {
                case 0 -> bytes = spliced(bytes, at, length, new byte[0]);
                case 1 -> bytes = spliced(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = spliced(bytes, at, Math.min(4, bytes.length - at), new byte[] {-1, -1, -1, 0x7f});
                default -> bytes[at] = (byte) random.nextInt(256);
            }
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int at, int removed, byte[] inserted) {
        byte[] result = Arrays.copyOf(bytes, bytes.length - removed + inserted.length);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(bytes, at + removed, result, at + inserted.length, bytes.length - at - removed);
        return result;
    }
}
