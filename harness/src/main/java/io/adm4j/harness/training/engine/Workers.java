package io.adm4j.harness.training.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** Threads that work on tasks side by side, the caller's among them. */
final class Workers implements AutoCloseable {
    private final int threads;
    private final ExecutorService others;

    /** @param threads at least 1 */
    Workers(int threads) {
        this.threads = threads;
        this.others = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            Thread thread = new Thread(task, "training");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Runs a task for each number below {@code count} and waits for all, even when one fails or the caller is interrupted: they use
     * memory of the caller.
     *
     * @throws RuntimeException what one of the tasks threw
     */
    void run(int count, IntConsumer task) {
        AtomicInteger next = new AtomicInteger();
        Runnable work = () -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                task.accept(i);
            }
        };
        List<CompletableFuture<Void>> running = Stream.generate(() -> CompletableFuture.runAsync(work, others))
                .limit(Math.max(0, Math.min(threads, count) - 1))
                .toList();
        CompletableFuture<Void> own = CompletableFuture.runAsync(work, Runnable::run);
        try {
            CompletableFuture.allOf(
                            Stream.concat(Stream.of(own), running.stream()).toArray(CompletableFuture<?>[]::new))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
