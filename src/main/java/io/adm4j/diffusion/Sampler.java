package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Runs the reverse process from noise to images. Samplers have no state; each run has its own. */
public sealed interface Sampler permits DdimSampler, DdpmSampler {
    /** The process, with the timesteps it keeps. */
    GaussianDiffusion diffusion();

    /**
     * A run that continues after some steps; the rest of it computes what an uninterrupted run would have.
     *
     * @param step steps that are done already, 0 for a new run
     * @param x what they led to, float32 {@code [N, C, H, W]}: x_T for a new run; copied
     * @param noise asked only at steps that add noise
     * @throws IllegalArgumentException if the run has fewer steps
     */
    ReverseRun resume(int step, Tensor x, NoiseSource noise);

    /**
     * One run with its networks, a step for each call of {@code next}; to stop a run, take no further step.
     *
     * @param start x_T, float32 {@code [N, C, H, W]}; not modified
     * @param labels int64 {@code [N]}, or null where neither network needs them
     * @param noise asked only at steps that add noise
     */
    default Iterator<StepState> steps(
            Denoiser denoiser, Guidance guidance, Tensor start, @Nullable Tensor labels, NoiseSource noise) {
        return new ReverseProcess(resume(0, start, noise), denoiser, guidance, labels);
    }
}
