package io.adm4j.harness.training;

import io.adm4j.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/**
 * Loads the batches of the next steps on threads of its own while the network computes the current one: as many at once as
 * there are threads, ahead of the step as long as they take little memory.
 */
final class BatchPrefetcher implements AutoCloseable {
    private static final int MOST_THREADS = 8;
    private static final long MOST_BYTES = 128 << 20;

    private final LongFunction<Map<String, Tensor>> batches;
    private final long end;
    private final int threads;
    private final ExecutorService executor;
    private final Deque<Future<Map<String, Tensor>>> ahead = new ArrayDeque<>();
    private long submitted;

    /**
     * @param batches the batch of a step; called from several threads at once
     * @param first step whose batch is loaded first
     * @param end step after the last; no batch is loaded for it
     * @param threads that load, at least 1
     */
    BatchPrefetcher(LongFunction<Map<String, Tensor>> batches, long first, long end, int threads) {
        this.batches = batches;
        this.submitted = first;
        this.end = end;
        this.threads = threads;
        this.executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "batches");
            thread.setDaemon(true);
            return thread;
        });
        submit(1);
    }

    /** Threads that load for a network that computes on all processors, or on a device of its own. */
    static int usualThreads() {
        return Math.max(1, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors() / 2));
    }

    /** Lets this many batches be loaded or loading. */
    private void submit(int wanted) {
        while (ahead.size() < wanted && submitted < end) {
            long step = submitted++;
            ahead.add(executor.submit(() -> batches.apply(step)));
        }
    }

    /** The batch of the next step, at most once for each step before the end. */
    Map<String, Tensor> next() throws InterruptedException {
        // A future that is done does not ask, and a step whose thread is interrupted could not be saved.
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            Map<String, Tensor> batch = ahead.remove().get();
            submit(depth(batch));
            return batch;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
        }
    }

    /** One more than threads, so that each has something to load while a batch is ready; fewer of large batches. */
    private int depth(Map<String, Tensor> batch) {
        long bytes = batch.values().stream()
                .mapToLong(tensor -> tensor.bytes().remaining())
                .sum();
        return (int) Math.max(1, Math.min(threads + 1, MOST_BYTES / Math.max(1, bytes)));
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
