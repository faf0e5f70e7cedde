package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The vector-Jacobian product of a denoiser, v&#7488; &part;&epsilon;<sub>&theta;</sub>(x_t, t, y)/&part;x_t, as restoration sees it. */
@FunctionalInterface
public interface DenoiserGradient {
    /**
     * One evaluation.
     *
     * @param x float32 {@code [N, C, H, W]}; not modified and not kept
     * @param timesteps float32 {@code [N]} as the denoiser gets them; not kept
     * @param labels int64 {@code [N]}, or null where no image has a class
     * @param v float32 of the shape of the denoiser's output; not modified and not kept
     * @return float32 {@code [N, C, H, W]}
     */
    Tensor vjp(Tensor x, Tensor timesteps, @Nullable Tensor labels, Tensor v);
}
