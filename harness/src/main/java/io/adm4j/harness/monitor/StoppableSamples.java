package io.adm4j.harness.monitor;

import io.adm4j.harness.sampling.ForwardingSamples;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;
import java.util.function.BooleanSupplier;

/** The samples of another source, which ends between two steps with {@link io.adm4j.sampling.SamplingStopped} once it is asked to. */
final class StoppableSamples extends ForwardingSamples {
    private final BooleanSupplier stopped;

    StoppableSamples(SampleSource source, BooleanSupplier stopped) {
        super(source);
        this.stopped = stopped;
    }

    @Override
    public Tensor images(int from, int to, StepListener listener) {
        return source.images(
                from, to, (image, stage, state) -> listener.afterStep(image, stage, state) && !stopped.getAsBoolean());
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
