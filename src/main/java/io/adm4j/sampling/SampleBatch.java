package io.adm4j.sampling;

import io.adm4j.tensor.Tensor;

/**
 * Sampled images.
 *
 * @param images uint8 {@code [N, H, W, C]}
 * @param x0 the same before rounding, float32 {@code [N, C, H, W]}, about in [-1, 1]
 * @param labels one per image, or none
 */
public record SampleBatch(Tensor images, Tensor x0, int[] labels) {}
