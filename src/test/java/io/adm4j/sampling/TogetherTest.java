package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TogetherTest {
    /** Counts its closes. */
    private static final class Resource implements AutoCloseable {
        private int closed;

        @Override
        public void close() {
            closed++;
        }
    }

    private static Resource opened(CountDownLatch begun) {
        begun.countDown();
        await(begun);
        return new Resource();
    }

    private static Resource failing(CountDownLatch after, RuntimeException failure) {
        await(after);
        throw failure;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(1, TimeUnit.MINUTES));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void allAreOpenedAtTheSameTime() {
        CountDownLatch begun = new CountDownLatch(3);
        List<CompletableFuture<Resource>> all = List.of(
                Together.begin(() -> opened(begun)),
                Together.begin(() -> opened(begun)),
                Together.begin(() -> opened(begun)));
        Together.await(all);
        all.forEach(one -> assertEquals(0, one.join().closed));
    }

    @Test
    void theFirstInOrderFailsAndTheOthersAreClosed() {
        CountDownLatch laterFailed = new CountDownLatch(1);
        RuntimeException first = new IllegalStateException("first in order, last in time");
        Resource open = new Resource();
        CompletableFuture<Resource> opening = Together.begin(() -> open);
        CompletableFuture<Resource> slow = Together.begin(() -> failing(laterFailed, first));
        CompletableFuture<Resource> quick =
                Together.begin(() -> failing(new CountDownLatch(0), new IllegalArgumentException("later in order")));
        CompletableFuture<Void> counted = quick.handle((r, e) -> {
            laterFailed.countDown();
            return null;
        });
        RuntimeException thrown =
                assertThrows(RuntimeException.class, () -> Together.await(List.of(opening, slow, quick)));
        assertSame(first, thrown);
        assertEquals(1, open.closed);
        counted.join();
    }

    @Test
    void errorsAreThrownAsTheyAre() {
        OutOfMemoryError error = new OutOfMemoryError("none left");
        CompletableFuture<Resource> failing = Together.begin(() -> {
            throw error;
        });
        assertSame(error, assertThrows(OutOfMemoryError.class, () -> Together.await(List.of(failing))));
    }
}
