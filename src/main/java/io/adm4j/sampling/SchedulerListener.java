package io.adm4j.sampling;

/** Notified of the work of a {@link StepScheduler}, for metrics; by its threads, so it must be quick. */
public interface SchedulerListener {
    /**
     * A batch took one step.
     *
     * @param model name of the model
     * @param rows images in the batch
     * @param seconds that it took
     */
    void stepped(String model, int rows, double seconds);

    /** Ignores everything. */
    static SchedulerListener none() {
        return (model, rows, seconds) -> {};
    }
}
