package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Runs the reverse process from noise to images. Samplers have no state; each run has its own iterator. */
public sealed interface Sampler permits DdimSampler, DdpmSampler {
    /** The process, with the timesteps it keeps. */
    GaussianDiffusion diffusion();

    /**
     * One run, a step for each call of {@code next}; to stop a run, take no further step.
     *
     * @param start x_T, float32 {@code [N, C, H, W]}; not modified
     * @param labels int64 {@code [N]}, or null where neither network needs them
     * @param noise asked only at steps that add noise
     */
    Iterator<StepState> steps(
            Denoiser denoiser, Guidance guidance, Tensor start, @Nullable Tensor labels, NoiseSource noise);
}
