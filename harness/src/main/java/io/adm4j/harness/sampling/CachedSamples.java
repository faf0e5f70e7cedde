package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;

/** Images of a source whose finished batches are kept on disk and read from there the next time. */
final class CachedSamples implements SampleSource {
    private final SampleSource source;
    private final SampleShards shards;

    CachedSamples(SampleSource source, SampleShards shards) {
        this.source = source;
        this.shards = shards;
    }

    @Override
    public int count() {
        return source.count();
    }

    @Override
    public int imageSize() {
        return source.imageSize();
    }

    @Override
    public int channels() {
        return source.channels();
    }

    @Override
    public int[] labels(int from, int to) {
        return source.labels(from, to);
    }

    @Override
    public Tensor images(int from, int to, StepListener listener) {
        if (shards.has(from)) {
            return shards.images(from);
        }
        Tensor images = source.images(from, to, listener);
        shards.put(from, images, source.labels(from, to));
        return images;
    }

    @Override
    public void check(int batchSize) {
        source.check(batchSize);
    }

    @Override
    public ObjectNode settings() {
        return source.settings();
    }
}
