package io.adm4j.harness.sampling;

import io.adm4j.tensor.Tensor;




/**
 * A finished batch of a run.
 *
 * @param from number of its first picture, from 0
 * @param pictures uint8 {@code [N, H, W, 3]}
 * @param labels one a picture, or none for a model without classes
 * @param resumed whether it was there from an interrupted run
 */
public record FinishedBatch(int from, Tensor pictures, int[] labels, boolean resumed) {
    /** Number of pictures. */
    public int count() {
        return (int) pictures.dim(0);
    }
}
