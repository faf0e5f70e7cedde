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
    /** Of the images, in the order of the stream. */
    private final int[] numbers;

    private int done;
    /** The next batch; null before the first and after the last. */
    private CompletableFuture<Tensor> ahead;

    DatasetStream(Dataset dataset) {
        this(dataset, IntStream.range(0, dataset.size()).toArray());
    }

    private DatasetStream(Dataset dataset, int... numbers) {
        this.dataset = dataset;
        this.numbers = numbers;
    }

    @Override
    public ImageStream chosen(int... chosen) {
        return new DatasetStream(
                dataset, IntStream.of(chosen).map(i -> numbers[i]).toArray());
    }

    @Override
    public int size() {
        return numbers.length;
    }

    @Override
    public int imageSize() {
        return dataset.imageSize();
    }

    @Override
    public int width() {
        return dataset.width();
    }

    @Override
    public boolean fitted() {
        return dataset.fitted();
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
        return ChosenImages.labels(dataset.labels(), numbers);
    }

    @Override
    public List<String> classNames() {
        return dataset.classNames();
    }

    @Override
    public Tensor next(int max) {
        int count = Math.min(max, numbers.length - done);
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
        int next = Math.min(max, numbers.length - from);
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
        IntStream.range(0, count).parallel().forEach(i -> dataset.copy(numbers[from + i], images, i * length));
        return Tensor.of(images, count, dataset.imageSize(), dataset.width(), dataset.channels());
    }
}
