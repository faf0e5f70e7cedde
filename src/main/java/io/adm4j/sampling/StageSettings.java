package io.adm4j.sampling;

import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.Sampler;
import io.adm4j.tensor.Tensor;

/** How a model gets from noise to images. */
public interface StageSettings {
    /** Number of steps, each with one evaluation of the denoiser. */
    int stepsOf(DiffusionConfig process);

    /** How the classifier guides. */
    GuidanceSettings guidance();

    /**
     * The sampler for a model's process.
     *
     * @throws SampleRequestException if the process cannot be run in these steps
     */
    Sampler samplerFor(DiffusionConfig process);

    /** Whether each step needs a product with the denoiser's Jacobian. */
    default boolean needsJacobian() {
        return false;
    }

    /**
     * What the last step led to, as files hold it.
     *
     * @param x0 float32 {@code [N, C, H, W]} in [-1, 1]; not modified
     * @return uint8 {@code [N, H, W, C]}
     */
    default Tensor pixels(Tensor x0) {
        return PixelScale.toBytes(x0);
    }

    /** Factor of the classifier's gradient; at 0 the classifier is never run. */
    default double classifierScale() {
        return guidance().scale();
    }
}
