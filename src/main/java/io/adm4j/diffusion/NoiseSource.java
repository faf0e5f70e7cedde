package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;

/** Standard normal noise for the steps of a sampler. */
@FunctionalInterface
public interface NoiseSource {
    /**
     * The noise of one step.
     *
     * @param step 0 for the first step of a run, counting up; steps that add no noise are not asked for
     * @param noise float32 {@code [N, ...]}, overwritten
     */
    void fill(int step, Tensor noise);
}
