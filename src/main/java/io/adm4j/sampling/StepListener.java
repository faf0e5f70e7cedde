package io.adm4j.sampling;

import io.adm4j.diffusion.StepState;

/** Told after each step of a run. */
@FunctionalInterface
public interface StepListener {
    /**
     * One step is done.
     *
     * @param state valid until this method returns
     * @return whether to go on
     */
    boolean afterStep(StepState state);

    /** Listens to nothing and never stops. */
    static StepListener none() {
        return state -> true;
    }
}
