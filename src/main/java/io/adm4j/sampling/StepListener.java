package io.adm4j.sampling;

import io.adm4j.diffusion.StepState;

/** Notified after each step of an image. Different images may be reported by different threads at the same time. */
@FunctionalInterface
public interface StepListener {
    /**
     * One step of one image is done.
     *
     * @param image number of the image in its request, from 0
     * @param stage 0 for the first model, 1 for the upsampler behind it
     * @param state of this image, with tensors of one row, valid until this method returns
     * @return whether to continue the request
     */
    boolean afterStep(int image, int stage, StepState state);

    /** Ignores all steps and never stops. */
    static StepListener none() {
        return (image, stage, state) -> true;
    }
}
