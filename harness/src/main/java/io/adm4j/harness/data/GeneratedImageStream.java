package io.adm4j.harness.data;

import io.adm4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/** Images in batches of any size that a supplier makes when they are needed. */
final class GeneratedImageStream implements ImageStream {
    private final int size;
    private final int imageSize;
    private final int channels;
    private final Optional<int[]> labels;
    private final Supplier<Tensor> batches;
    private int done;
    /** The rest of the last batch; null if there is none. */
    private Tensor rest;

    GeneratedImageStream(int size, int imageSize, int channels, Optional<int[]> labels, Supplier<Tensor> batches) {
        this.size = size;
        this.imageSize = imageSize;
        this.channels = channels;
        this.labels = labels;
        this.batches = batches;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int imageSize() {
        return imageSize;
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public Optional<String> checksum() {
        return Optional.empty();
    }

    @Override
    public Optional<int[]> labels() {
        return labels.map(int[]::clone);
    }

    @Override
    public Tensor next(int max) {
        int count = Math.min(max, size - done);
        if (count == 0) {
            return null;
        }
        Tensor batch = rest == null ? batches.get() : rest;
        rest = batch.dim(0) > count ? batch.rows(count, batch.dim(0)) : null;
        Tensor result = rest == null ? batch : batch.rows(0, count);
        done += (int) result.dim(0);
        return result;
    }
}
