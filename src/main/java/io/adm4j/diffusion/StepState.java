package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;

/**
 * What one step of a sampler did. The tensors are the sampler's own and hold these values only until its next step: copy
 * what is to be kept, and write nothing into them.
 *
 * @param step 0 for the first step of the run, counting up
 * @param steps number of steps of the run
 * @param index steps left after this one, from steps-1 down to 0
 * @param timestep of the whole process, the nearest one where a solver is between two
 * @param x x_t, where the networks were evaluated, float32 {@code [N, C, H, W]}
 * @param predictedX0 the prediction of x_0 at this step
 * @param next where they are evaluated next; after the last step the result
 */
public record StepState(int step, int steps, int index, int timestep, Tensor x, Tensor predictedX0, Tensor next) {
    /** Whether this was the last step of the run. */
    public boolean last() {
        return index == 0;
    }
}
