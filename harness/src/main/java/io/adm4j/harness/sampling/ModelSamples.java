package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.sampling.SampleRequest;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;
import java.util.stream.LongStream;

/** Images that a bundle's networks generate; the i-th (from 0) has the seed of the first plus i. */
public final class ModelSamples implements SampleSource {
    private final SamplingPipeline pipeline;
    private final LabelAssignment labels;
    private final SamplingSettings settings;
    private final long seed;
    private final int count;
    private final InitialNoise noise;

    /**
     * Images from their seeds.
     *
     * @param seed of the first image
     * @param count at least 1
     */
    public ModelSamples(
            SamplingPipeline pipeline, LabelAssignment labels, SamplingSettings settings, long seed, int count) {
        this(pipeline, labels, settings, seed, count, InitialNoise.ofSeeds());
    }

    /** As above, from given initial noise. */
    public ModelSamples(
            SamplingPipeline pipeline,
            LabelAssignment labels,
            SamplingSettings settings,
            long seed,
            int count,
            InitialNoise noise) {
        this.pipeline = pipeline;
        this.labels = labels;
        this.settings = settings;
        this.seed = seed;
        this.count = count;
        this.noise = noise;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int imageSize() {
        return pipeline.manifest().imageSize();
    }

    @Override
    public int channels() {
        return pipeline.manifest().channels();
    }

    @Override
    public int[] labels(int from, int to) {
        return labels.labels(seed, from, to);
    }

    @Override
    public Tensor images(int from, int to, StepListener listener) {
        return pipeline.sample(request(from, to), listener).images();
    }

    @Override
    public void check(int batchSize) {
        noise.check(count);
        pipeline.check(request(0, Math.min(count, batchSize)));
    }

    private SampleRequest request(int from, int to) {
        long[] seeds = LongStream.range(seed + from, seed + to).toArray();
        return noise.addTo(new SampleRequest(seeds, labels(from, to), settings), from, to);
    }

    @Override
    public ObjectNode settings() {
        return RunSettings.of(pipeline.manifest(), settings, seed, noise)
                .put("labels", labels.text())
                .put("num_samples", count);
    }
}
