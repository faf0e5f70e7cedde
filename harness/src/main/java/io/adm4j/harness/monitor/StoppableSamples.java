package io.adm4j.harness.monitor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;
import java.util.function.BooleanSupplier;

/** The samples of another source, which ends between two steps with {@link io.adm4j.sampling.SamplingStopped} once it is asked to. */
record StoppableSamples(SampleSource source, BooleanSupplier stopped) implements SampleSource {
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
        return source.images(
                from, to, (image, stage, state) -> listener.afterStep(image, stage, state) && !stopped.getAsBoolean());
    }

    @Override
    public void check(int batchSize) {
        source.check(batchSize);
    }

    @Override
    public ObjectNode settings() {
        return source.settings();
    }

    @Override
    public boolean worthKeeping() {
        return source.worthKeeping();
    }

    @Override
    public SampleSource keepingStages(SampleShards shards) {
        return new StoppableSamples(source.keepingStages(shards), stopped);
    }
}
