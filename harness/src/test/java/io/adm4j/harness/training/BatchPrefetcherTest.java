package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BatchPrefetcherTest {

    @Test
    void batchesComeInOrderAndNoneAfterTheLast() throws InterruptedException {
        List<Long> loaded = new CopyOnWriteArrayList<>();
        try (BatchPrefetcher batches = new BatchPrefetcher(
                step -> {
                    loaded.add(step);
                    return batch(step);
                },
                3,
                6,
                1)) {
            for (long step = 3; step < 6; step++) {
                assertEquals(step, batches.next().get("t").longs().get(0));
            }
        }
        assertEquals(List.of(3L, 4L, 5L), loaded);
    }

    @Test
    void anInterruptedThreadGetsNoBatchThoughOneIsReady() throws InterruptedException {
        CountDownLatch second = new CountDownLatch(1);
        try (BatchPrefetcher batches = new BatchPrefetcher(
                step -> {
                    if (step == 1) {
                        second.countDown();
                    }
                    return batch(step);
                },
                0,
                10,
                1)) {
            batches.next();
            second.await();
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, batches::next);
        }
    }

    @Test
    void theNextBatchIsLoadedAheadOnAnotherThread() throws InterruptedException {
        BlockingQueue<Thread> loading = new LinkedBlockingQueue<>();
        try (BatchPrefetcher batches = new BatchPrefetcher(
                step -> {
                    loading.add(Thread.currentThread());
                    return batch(step);
                },
                0,
                2,
                1)) {
            Thread first = loading.poll(1, TimeUnit.MINUTES);
            assertNotSame(Thread.currentThread(), first);
            assertTrue(first.isDaemon());
            batches.next();
            assertSame(first, loading.poll(1, TimeUnit.MINUTES), "loaded before it is asked for");
        }
    }

    /** Each of the two waits for the other, and they come in order whichever is done first. */
    @Test
    void severalThreadsLoadAtOnce() throws InterruptedException {
        CountDownLatch both = new CountDownLatch(2);
        try (BatchPrefetcher batches = new BatchPrefetcher(
                step -> {
                    if (step > 0) {
                        both.countDown();
                        awaitOn(both);
                    }
                    return batch(step);
                },
                0,
                3,
                2)) {
            for (long step = 0; step < 3; step++) {
                assertEquals(step, batches.next().get("t").longs().get(0));
            }
        }
    }

    private static void awaitOn(CountDownLatch latch) {
        try {
            assertTrue(latch.await(1, TimeUnit.MINUTES), "the other batch is not being loaded");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anErrorOfTheLoaderReachesTheCaller() {
        UserError error = new UserError("damaged");
        try (BatchPrefetcher batches = new BatchPrefetcher(
                step -> {
                    throw error;
                },
                0,
                2,
                1)) {
            assertSame(error, assertThrows(UserError.class, batches::next));
        }
    }

    @Test
    void closingInterruptsTheLoader() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        BatchPrefetcher batches = new BatchPrefetcher(
                step -> {
                    started.countDown();
                    try {
                        Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                    return batch(step);
                },
                0,
                1,
                1);
        started.await();
        batches.close();
        assertTrue(interrupted.await(1, TimeUnit.MINUTES));
    }

    private static Map<String, Tensor> batch(long step) {
        return Map.of("t", Tensor.of(new long[] {step}, 1));
    }
}
