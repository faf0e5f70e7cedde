package io.adm4j.sampling;

import io.adm4j.runtime.Threads;

/** Measured times of a model's steps: means in which the newest counts most. Guarded by the scheduler's lock. */
final class StepTimes {
    /** Share of a new measurement in the mean. */
    private static final double NEWEST = 0.1;

    private final int lanes;
    private final Mean denoiser = new Mean();
    private final Mean classifier = new Mean();
    private final Mean denoiserAlone = new Mean();
    private final Mean classifierAlone = new Mean();

    StepTimes(int lanes) {
        this.lanes = lanes;
    }

    void add(StepBatch batch) {
        boolean alone = batch.threads() == Threads.ALL;
        (alone ? denoiserAlone : denoiser)
                .add(batch.denoiserSeconds() / batch.rows().size());
        if (batch.guidedRows() > 0) {
            (alone ? classifierAlone : classifier).add(batch.classifierSeconds() / batch.guidedRows());
        }
    }

    /** Seconds of the whole machine for one step of one image among others; 0 if none has been measured. */
    double perRow(boolean guided) {
        double seconds = amongOthers(denoiser, denoiserAlone);
        return guided ? seconds + amongOthers(classifier, classifierAlone) : seconds;
    }

    /** Seconds until one step of a single image is done when there is no other; 0 if none has been measured. */
    double alone(boolean guided) {
        double seconds = alone(denoiser, denoiserAlone);
        return guided ? seconds + alone(classifier, classifierAlone) : seconds;
    }

    private double amongOthers(Mean lane, Mean alone) {
        return lane.known() ? lane.value / lanes : alone.value;
    }

    private static double alone(Mean lane, Mean alone) {
        return alone.known() ? alone.value : lane.value;
    }

    private static final class Mean {
        private double value;
        private boolean known;

        void add(double seconds) {
            value = known ? value + NEWEST * (seconds - value) : seconds;
            known = true;
        }

        boolean known() {
            return known;
        }
    }
}
