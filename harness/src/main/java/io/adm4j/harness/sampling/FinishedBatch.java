package io.adm4j.harness.sampling;

import io.adm4j.tensor.Tensor;

/**
 * A finished batch of a run.
 *
 * @param from number of its first image, from 0
 * @param images uint8 {@code [N, H, W, C]}
 * @param labels one per image, or none for a model without classes
 * @param resumed whether it comes from an interrupted run
 */
public record FinishedBatch(int from, Tensor images, int[] labels, boolean resumed) {
    /** Number of images. */
    public int count() {
        return (int) images.dim(0);
    }
}
