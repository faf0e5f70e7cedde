package io.adm4j.sampling;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Opens several resources at the same time, each by a thread of its own. */
final class Together {
    private Together() {}

    /** Begins to open one. */
    static <T extends AutoCloseable> CompletableFuture<T> begin(Supplier<T> opening) {
        return CompletableFuture.supplyAsync(opening, task -> {
            Thread thread = new Thread(task, "loading");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /**
     * Waits for all. If some cannot be opened, the others are closed, and the failure of the first of them in this order is
     * thrown, whichever was the first in time.
     */
    static void await(List<? extends CompletableFuture<? extends AutoCloseable>> all) {
        all.forEach(one -> one.handle((opened, failure) -> opened).join());
        all.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .findFirst()
                .ifPresent(failed -> {
                    all.forEach(Together::close);
                    rethrow(failed);
                });
    }

    private static void close(CompletableFuture<? extends AutoCloseable> one) {
        if (one.isCompletedExceptionally()) {
            return;
        }
        try {
            one.join().close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void rethrow(CompletableFuture<?> failed) {
        try {
            failed.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }
}
