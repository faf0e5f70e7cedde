package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs the reverse process from noise to images; {@link DdimInversion} alone runs from images to noise. Samplers have no state; each run
 * has its own.
 */
public interface Sampler {
    /** The process, with the timesteps it keeps. */
    GaussianDiffusion diffusion();

    /**
     * A run that continues after some steps; the rest of it computes what an uninterrupted run would have.
     *
     * @param step steps that are done already, 0 for a new run
     * @param x what they led to, float32 {@code [N, C, H, W]}: x_T for a new run; copied
     * @param memory what {@link ReverseRun#memory} gave after them; copied
     * @param noise asked only at steps that add noise
     * @throws IllegalArgumentException if the run has fewer steps, or the memory is not one after so many
     */
    ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise);

    /**
     * A new run.
     *
     * @param start x_T, float32 {@code [N, C, H, W]}; copied
     * @param noise asked only at steps that add noise
     */
    default ReverseRun begin(Tensor start, NoiseSource noise) {
        return resume(0, start, List.of(), noise);
    }

    /**
     * One run with its networks, a step for each call of {@code next}; to stop a run, take no further step.
     *
     * @param start x_T, float32 {@code [N, C, H, W]}; not modified
     * @param labels int64 {@code [N]}, or null where neither network needs them
     * @param noise asked only at steps that add noise
     */
    default Iterator<StepState> steps(
            Denoiser denoiser, Guidance guidance, Tensor start, @Nullable Tensor labels, NoiseSource noise) {
        return new ReverseProcess(begin(start, noise), denoiser, guidance, labels);
    }
}
