package io.adm4j.harness.restoration;

import io.adm4j.feedback.Progress;
import io.adm4j.sampling.PixelScale;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Restores images, each several times.
 *
 * @param labels one per image, or none where no network takes labels
 * @param seed of the first variant of every image; the others have the next ones
 * @param variants results for each image, at least 1
 */
public record RestorationRun(DamagedImages images, int[] labels, long seed, int variants) {
    /** Number of results. */
    public int results() {
        return images.count() * variants;
    }

    /**
     * Restores all of them, on as many threads as the restorer's networks allow.
     *
     * @param progress told of each step
     * @return uint8 {@code [results, H, W, C]}: all variants of the first image, then those of the second
     * @throws io.adm4j.feedback.UserError if an image cannot be restored
     */
    public Tensor restore(ImageRestorer restorer, Progress progress) {
        ExecutorService workers = Executors.newFixedThreadPool(Math.min(results(), restorer.lanes()));
        try {
            List<Future<Tensor>> all = new ArrayList<>();
            for (int i = 0; i < results(); i++) {
                int result = i;
                all.add(workers.submit(() -> restore(restorer, result, progress)));
            }
            List<Tensor> done = new ArrayList<>();
            for (Future<Tensor> one : all) {
                done.add(one.get());
            }
            return DamagedImages.joined(done);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("The restoration was interrupted.");
        } finally {
            workers.shutdownNow();
        }
    }

    private Tensor restore(ImageRestorer restorer, int result, Progress progress) {
        int image = result / variants;
        return PixelScale.toNearestBytes(restorer.restore(
                images.task().degradation(),
                images.sigmas()[image],
                images.measured().get(image),
                labels.length == 0 ? OptionalInt.empty() : OptionalInt.of(labels[image]),
                seed + result % variants,
                () -> progress.step(1)));
    }
}
