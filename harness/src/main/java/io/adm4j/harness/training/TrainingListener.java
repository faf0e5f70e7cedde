package io.adm4j.harness.training;

/**
 * Notified of a training run as it happens, on the thread that trains; what a listener throws ends the run.
 *
 * <p>A listener may not change the run: neither its weights nor anything random.
 */
public interface TrainingListener {
    /** Training starts or resumes. */
    void started(TrainingStart start);

    /** An optimizer step is done; its loss may be not finite, which ends the run after this call. */
    void step(StepReport report);

    /** Whether a checkpoint has to be saved after a step, whatever the interval of the run, so that {@link #saved} has it. */
    default boolean needsCheckpoint(long step) {
        return false;
    }

    /** A checkpoint is saved. What a listener does with it does not count as time spent on training. */
    default void saved(RunFolder.Checkpoint checkpoint) {}

    /** Training shall end soon: a call that takes long returns early. Called on another thread. */
    default void stop() {}

    /** Training ends, for whatever reason; the last call, also if {@link #started} threw. */
    default void ended() {}
}
