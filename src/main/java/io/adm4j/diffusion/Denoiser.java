package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The network &epsilon;<sub>&theta;</sub>(x_t, t, y), as the samplers see it. */
@FunctionalInterface
public interface Denoiser {
    /**
     * One evaluation.
     *
     * @param x float32 {@code [N, C, H, W]}; not modified and not kept
     * @param timesteps float32 {@code [N]}, timesteps of the whole process, rescaled where the process does so; not kept
     * @param labels int64 {@code [N]}, or null where no image has a class
     * @return float32 {@code [N, C, H, W]}, with learned variances {@code [N, 2C, H, W]}
     */
    Tensor predict(Tensor x, Tensor timesteps, @Nullable Tensor labels);
}
