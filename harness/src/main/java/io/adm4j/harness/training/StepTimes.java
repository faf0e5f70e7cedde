package io.adm4j.harness.training;

/**
 * What the time of one step was spent on, in seconds.
 *
 * @param dataWait waiting for the batch, which is loaded, with its timesteps and noise, in the background
 * @param preparation cutting the batch into microbatches and computing the metrics
 * @param forwardBackward losses and gradients
 * @param optimizer the optimizer's update and the moving averages
 * @param saving saving a checkpoint after the step before
 */
public record StepTimes(double dataWait, double preparation, double forwardBackward, double optimizer, double saving) {
    /** No time at all. */
    public static final StepTimes NONE = new StepTimes(0, 0, 0, 0, 0);

    /** Both together, part by part. */
    public StepTimes plus(StepTimes other) {
        return new StepTimes(
                dataWait + other.dataWait,
                preparation + other.preparation,
                forwardBackward + other.forwardBackward,
                optimizer + other.optimizer,
                saving + other.saving);
    }

    /** All parts together. */
    public double sum() {
        return dataWait + preparation + forwardBackward + optimizer + saving;
    }
}
