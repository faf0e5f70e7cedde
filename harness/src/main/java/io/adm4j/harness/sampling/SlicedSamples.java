package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;

/** Some images of a source, each the same as there. */
public final class SlicedSamples extends ForwardingSamples {
    private final int from;
    private final int to;

    /**
     * @param from number of the first image
     * @param to number of the one after the last
     */
    public SlicedSamples(SampleSource source, int from, int to) {
        super(source);
        this.from = from;
        this.to = to;
    }

    @Override
    public int count() {
        return to - from;
    }

    @Override
    public int[] labels(int first, int end) {
        return source.labels(from + first, from + end);
    }

    @Override
    public Tensor images(int first, int end, StepListener listener) {
        return source.images(from + first, from + end, listener);
    }

    @Override
    public ObjectNode settings() {
        return source.settings().put("from", from).put("to", to);
    }

    @Override
    public boolean worthKeeping() {
        return source.worthKeeping();
    }

    @Override
    public SampleSource keepingStages(SampleShards shards) {
        return new SlicedSamples(source.keepingStages(shards), from, to);
    }
}
