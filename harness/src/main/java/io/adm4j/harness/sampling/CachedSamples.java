package io.adm4j.harness.sampling;

import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;

/** Images of a source whose finished batches are kept on disk and read from there the next time. */
final class CachedSamples extends ForwardingSamples {
    private final SampleShards shards;

    CachedSamples(SampleSource source, SampleShards shards) {
        super(source);
        this.shards = shards;
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
}
