package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.sampling.SampleRequest;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepListener;
import io.adm4j.sampling.Upsampler;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.stream.LongStream;

/** Upsampled images of another source; they keep their labels, and the i-th (from 0) has the seed of the first plus i. */
public final class UpsampledSamples implements SampleSource {
    /** Name of the stage before, in the shards and on disk. */
    public static final String BASE = "base";

    private final SampleSource base;
    private final Upsampler upsampler;
    private final SamplingSettings settings;
    private final long seed;
    private final InitialNoise noise;

    /** @param seed of the first image; may be that of the first base image, since the two stages have independent noise */
    public UpsampledSamples(
            SampleSource base, Upsampler upsampler, SamplingSettings settings, long seed, InitialNoise noise) {
        this.base = base;
        this.upsampler = upsampler;
        this.settings = settings;
        this.seed = seed;
        this.noise = noise;
    }

    @Override
    public int count() {
        return base.count();
    }

    @Override
    public int imageSize() {
        return upsampler.largeSize();
    }

    @Override
    public int channels() {
        return upsampler.manifest().channels();
    }

    @Override
    public int[] labels(int from, int to) {
        return base.labels(from, to);
    }

    /** {@inheritDoc} The listener is notified of the upsampler's steps only. */
    @Override
    public Tensor images(int from, int to, StepListener listener) {
        Tensor small = base.images(from, to, StepListener.none());
        return upsampler.sample(request(small, from, to), listener).images();
    }

    @Override
    public void check(int batchSize) {
        base.check(batchSize);
        upsampler.requireSize("the base images are", base.imageSize());
        upsampler.requireChannels("the base images are", base.channels());
        noise.check(count());
        // All labels, so that a wrong one is not noticed only after hours.
        upsampler.capabilities().check(settings, base.labels(0, count()));
        int first = Math.min(count(), batchSize);
        int size = upsampler.smallSize();
        upsampler.check(request(Tensor.zeros(ElementType.UINT8, first, size, size, channels()), 0, first));
    }

    private SampleRequest request(Tensor small, int from, int to) {
        long[] seeds = LongStream.range(seed + from, seed + to).toArray();
        return noise.addTo(upsampler.request(small, seeds, labels(from, to), settings), from, to);
    }

    @Override
    public ObjectNode settings() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set(BASE, base.settings());
        json.set("upsampler", RunSettings.of(upsampler.manifest(), settings, seed, noise));
        return json;
    }

    @Override
    public SampleSource keepingStages(SampleShards shards) {
        if (!base.worthKeeping()) {
            return this;
        }
        SampleSource kept = new CachedSamples(base, shards.ofStage(BASE));
        return new UpsampledSamples(kept, upsampler, settings, seed, noise);
    }
}
