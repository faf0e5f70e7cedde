package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;

/** The gradient of a noisy classifier, &nabla;<sub>x</sub> log p<sub>&phi;</sub>(y | x_t), as guidance sees it. */
@FunctionalInterface
public interface ClassifierGradient {
    /**
     * One evaluation.
     *
     * @param x float32 {@code [N, C, H, W]}; not modified and not kept
     * @param timesteps float32 {@code [N]} as the denoiser gets them; not kept
     * @param labels int64 {@code [N]}
     * @return float32 {@code [N, C, H, W]}
     */
    Tensor gradient(Tensor x, Tensor timesteps, Tensor labels);
}
