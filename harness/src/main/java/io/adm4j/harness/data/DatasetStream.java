package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/** The images of a dataset in their order; while one batch is used, several threads decode the next. */
final class DatasetStream implements ImageStream {
    private final Dataset dataset;
    private int done;
    /** The next batch; null before the first and after the last. */
    private CompletableFuture<Tensor> ahead;

    DatasetStream(Dataset dataset) {
        this.dataset = dataset;
    }

    @Override
    public int size() {
        return dataset.size();
    }

    @Override
    public int imageSize() {
        return dataset.imageSize();
    }

    @Override
    public int channels() {
        return dataset.channels();
    }

    @Override
    public boolean repeatsGray() {
        return dataset.repeatsGray();
    }

    @Override
    public Optional<String> checksum() {
        return Optional.of(dataset.checksum());
    }

    @Override
    public Optional<int[]> labels() {
        return dataset.labels();
    }

    @Override
    public List<String> classNames() {
        return dataset.classNames();
    }

    @Override
    public Tensor next(int max) {
        int count = Math.min(max, dataset.size() - done);
        if (count == 0) {
            return null;
        }
        Tensor batch = ahead == null ? decode(done, count) : await(ahead);
        if (batch.dim(0) > count) {
            batch = batch.rows(0, count);
        } else if (batch.dim(0) < count) {
            batch = decode(done, count);
        }
        done += count;
        int from = done;
        int next = Math.min(max, dataset.size() - from);
        ahead = next == 0 ? null : CompletableFuture.supplyAsync(() -> decode(from, next));
        return batch;
    }

    private static Tensor await(CompletableFuture<Tensor> batch) {
        try {
            return batch.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UserError error ? error : e;
        }
    }

    private Tensor decode(int from, int count) {
        int length = dataset.imageBytes();
        byte[] images = new byte[Math.multiplyExact(count, length)];
        IntStream.range(0, count).parallel().forEach(i -> dataset.copy(from + i, images, i * length));
        return Tensor.of(images, count, dataset.imageSize(), dataset.imageSize(), dataset.channels());
    }
}
