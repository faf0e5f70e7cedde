package io.adm4j.harness.sampling;

import io.adm4j.diffusion.DdimInversion;
import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.NoiseSource;
import io.adm4j.diffusion.Sampler;
import io.adm4j.diffusion.StepState;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.sampling.PixelScale;
import io.adm4j.tensor.Tensor;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Encodes images into the noise that leads to them, and samples them back, both by deterministic DDIM over the same timesteps.
 */
public final class ImageEncoder {
    private static final NoiseSource NO_NOISE = (step, noise) -> {
        throw new IllegalStateException("Deterministic DDIM adds no noise.");
    };

    private final Denoiser denoiser;
    private final DdimInversion inversion;
    private final DdimSampler sampler;

    /**
     * @param diffusion with the timesteps that both ways take
     * @param thresholding of predictions of x_0, on both ways
     * @param refinements of each step toward noise, as {@link DdimInversion} has them
     */
    public ImageEncoder(Denoiser denoiser, GaussianDiffusion diffusion, Thresholding thresholding, int refinements) {
        this.denoiser = denoiser;
        this.inversion = new DdimInversion(diffusion, thresholding, refinements);
        this.sampler = new DdimSampler(diffusion, 0, thresholding);
    }

    /** Steps of each way. */
    public int steps() {
        return inversion.diffusion().numTimesteps();
    }

    /** Evaluations of the denoiser on the way to noise; on the way back each step has one. */
    public int encodingEvaluations() {
        return inversion.evaluations();
    }

    /**
     * The noise of a batch of images.
     *
     * @param images uint8 {@code [N, H, W, C]}
     * @param labels int64 {@code [N]}, or null where the denoiser takes none
     * @param stepDone called after each evaluation; may throw to stop
     * @return float32 {@code [N, C, H, W]}
     */
    public Tensor encode(Tensor images, @Nullable Tensor labels, Runnable stepDone) {
        return run(inversion, PixelScale.toFloats(images), labels, stepDone);
    }

    /**
     * The images of a batch of noise.
     *
     * @param noise float32 {@code [N, C, H, W]}
     * @param labels int64 {@code [N]}, or null where the denoiser takes none
     * @param stepDone called after each step; may throw to stop
     * @return uint8 {@code [N, H, W, C]}
     */
    public Tensor decode(Tensor noise, @Nullable Tensor labels, Runnable stepDone) {
        return PixelScale.toBytes(run(sampler, noise, labels, stepDone));
    }

    private Tensor run(Sampler direction, Tensor start, @Nullable Tensor labels, Runnable stepDone) {
        Iterator<StepState> steps = direction.steps(denoiser, Guidance.none(), start, labels, NO_NOISE);
        Tensor end = start;
        while (steps.hasNext()) {
            end = steps.next().next();
            stepDone.run();
        }
        return end;
    }
}
