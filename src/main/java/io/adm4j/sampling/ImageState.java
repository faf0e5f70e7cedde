package io.adm4j.sampling;

import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** How far an image has come; all that is needed to continue it anywhere. */
public sealed interface ImageState {
    /** No step has been taken. */
    record Waiting() implements ImageState {}

    /**
     * Between two steps.
     *
     * @param stage 0 for the first model
     * @param step steps that this stage has taken
     * @param x what they led to, float32 {@code [1, C, H, W]}
     * @param memory what the sampler keeps from earlier steps, of the same shape; none for most samplers
     * @param lowRes the image of the stage before, float32 {@code [1, C, h, w]} in [-1, 1]
     */
    record Started(int stage, int step, Tensor x, List<Tensor> memory, Optional<Tensor> lowRes) implements ImageState {}

    /**
     * All steps have been taken.
     *
     * @param pixels uint8 {@code [1, H, W, C]}
     */
    record Finished(Tensor pixels) implements ImageState {}
}
