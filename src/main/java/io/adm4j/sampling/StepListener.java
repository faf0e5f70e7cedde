package io.adm4j.sampling;

import io.adm4j.diffusion.StepState;

/** Notified after each step of a run. */
@FunctionalInterface
public interface StepListener {
    /**
     * One step is done.
     *
     * @param state valid until this method returns
     * @return whether to continue
     */
    boolean afterStep(StepState state);

    /** Ignores all steps and never stops. */
    static StepListener none() {
        return state -> true;
    }
}
