package io.adm4j.sampling;

import io.adm4j.tensor.Tensor;




/**
 * Sampled pictures.
 *
 * @param pictures uint8 {@code [N, H, W, 3]}
 * @param x0 the same before rounding, float32 {@code [N, 3, H, W]}, about -1 to 1
 * @param labels one a picture, or none
 */
public record SampleBatch(Tensor pictures, Tensor x0, int[] labels) {}
