package io.adm4j.harness.training;

import io.adm4j.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Loads the batch of the next step on a thread of its own while the network computes the current one. */
final class BatchPrefetcher implements AutoCloseable {
    private final LongFunction<Map<String, Tensor>> batches;
    private final long end;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "batches");
        thread.setDaemon(true);
        return thread;
    });
    private long step;
    private Future<Map<String, Tensor>> ahead;

    /**
     * @param batches the batch of a step
     * @param first step whose batch is loaded first
     * @param end step after the last; no batch is loaded for it
     */
    BatchPrefetcher(LongFunction<Map<String, Tensor>> batches, long first, long end) {
        this.batches = batches;
        this.step = first;
        this.end = end;
        submit();
    }

    private void submit() {
        long next = step;
        ahead = executor.submit(() -> batches.apply(next));
    }

    /** The batch of the next step, at most once for each step before the end. */
    Map<String, Tensor> next() throws InterruptedException {
        try {
            Map<String, Tensor> batch = ahead.get();
            step++;
            if (step < end) {
                submit();
            }
            return batch;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
