package io.adm4j.harness.restoration;

import io.adm4j.feedback.Progress;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.Share;
import io.adm4j.sampling.PixelScale;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Restores images, each several times.
 *
 * @param labels one per image, or none where no network takes labels
 * @param seed of the first variant of every image; the others have the next ones
 * @param variants results for each image, at least 1
 */
public record RestorationRun(DamagedImages images, Optional<long[]> labels, long seed, int variants) {
    /** Number of results. */
    public int results() {
        return images.count() * variants;
    }

    /** Number of results in a share of them. */
    public int results(Share share) {
        return share.to(results()) - share.from(results());
    }

    /**
     * Number of results of a share that were made before.
     *
     * @param kept where finished results are, one a batch
     */
    public int done(Share share, Optional<SampleShards> kept) {
        return kept.isEmpty()
                ? 0
                : (int) IntStream.range(share.from(results()), share.to(results()))
                        .filter(kept.get()::has)
                        .count();
    }

    /**
     * Restores all of them, as {@link #restore(Share, ImageRestorer, Optional, Progress)} does.
     *
     * @return uint8 {@code [results, H, W, C]}
     */
    public Tensor restore(ImageRestorer restorer, Optional<SampleShards> kept, Progress progress) {
        return joined(restore(Share.WHOLE, restorer, kept, progress));
    }

    /** Results of {@link #restore(Share, ImageRestorer, Optional, Progress)} as one array. */
    public static Tensor joined(List<Tensor> results) {
        return DamagedImages.joined(results);
    }

    /**
     * Restores a share of them, on as many threads as the restorer's networks allow.
     *
     * @param kept where finished results are, one a batch; those that are there already are not made again
     * @param progress notified of each step
     * @return uint8 {@code [1, H, W, C]} each: all variants of the first image, then those of the second
     * @throws io.adm4j.feedback.UserError if an image cannot be restored
     */
    public List<Tensor> restore(Share share, ImageRestorer restorer, Optional<SampleShards> kept, Progress progress) {
        ExecutorService workers = Executors.newFixedThreadPool(restorer.lanes());
        try {
            List<Future<Tensor>> all = new ArrayList<>();
            for (int i = share.from(results()); i < share.to(results()); i++) {
                int result = i;
                all.add(workers.submit(() -> restore(restorer, kept, result, progress)));
            }
            List<Tensor> done = new ArrayList<>();
            for (Future<Tensor> one : all) {
                done.add(one.get());
            }
            return done;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("The restoration was interrupted.");
        } finally {
            end(workers);
        }
    }

    /** Stops what still runs after its current step, so that nobody uses the networks any more. */
    private static void end(ExecutorService workers) {
        workers.shutdownNow();
        try {
            workers.awaitTermination(1, TimeUnit.HOURS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Tensor restore(ImageRestorer restorer, Optional<SampleShards> kept, int result, Progress progress) {
        if (kept.isPresent() && kept.get().has(result)) {
            return kept.get().images(result);
        }
        Tensor restored = restore(restorer, result, progress);
        kept.ifPresent(shards -> shards.put(result, restored, new int[0]));
        return restored;
    }

    private Tensor restore(ImageRestorer restorer, int result, Progress progress) {
        int image = result / variants;
        return PixelScale.toNearestBytes(restorer.restore(
                images.task().degradation(),
                images.sigmas()[image],
                images.measured().get(image),
                labels.isEmpty() ? OptionalLong.empty() : OptionalLong.of(labels.get()[image]),
                seed + result % variants,
                () -> {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new CancellationException("Another restoration failed.");
                    }
                    progress.step(1);
                }));
    }
}
