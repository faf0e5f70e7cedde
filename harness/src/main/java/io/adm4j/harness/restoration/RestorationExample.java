package io.adm4j.harness.restoration;

import io.adm4j.tensor.Tensor;

/**
 * Real images with one kind of damage: what a plain filter makes of them, and what a model does.
 *
 * @param damage what was done to the images
 * @param filter the plain filter
 * @param truth the images before, uint8 {@code [N, H, W, C]}, as are all others
 * @param damaged as the damage leaves them, at their size
 * @param filtered the damaged ones after the filter
 * @param restored the damaged ones after the model
 */
public record RestorationExample(
        String damage, String filter, Tensor truth, Tensor damaged, Tensor filtered, Tensor restored) {
    /** Mean over the images of their peak signal-to-noise ratio in dB. */
    public double psnr(Tensor images) {
        double sum = 0;
        for (int i = 0; i < truth.dim(0); i++) {
            sum += ImageQuality.of(images.rows(i, i + 1), truth.rows(i, i + 1)).psnr();
        }
        return sum / truth.dim(0);
    }
}
