package io.adm4j.sampling;

import io.adm4j.runtime.Threads;
import java.util.function.ToDoubleFunction;

/** Measured times of a model's steps: means in which the newest counts most. Guarded by the scheduler's lock. */
final class StepTimes {
    /** Share of a new measurement in the mean. */
    private static final double NEWEST = 0.1;

    private final int lanes;
    private final Network denoiser = new Network();
    private final Network classifier = new Network();
    private final Network jacobian = new Network();

    StepTimes(int lanes) {
        this.lanes = lanes;
    }

    void add(StepBatch batch) {
        boolean alone = batch.threads() == Threads.ALL;
        denoiser.add(alone, batch.denoiserSeconds(), batch.rows().size());
        classifier.add(alone, batch.classifierSeconds(), batch.guidedRows());
        jacobian.add(alone, batch.jacobianSeconds(), batch.correctedRows());
    }

    /** Seconds of the whole machine for one step of one image of a stage among others; 0 if none has been measured. */
    double perRow(SampleStage stage) {
        return of(stage, Network::amongOthers);
    }

    /** Seconds until one step of a single image of a stage is done when there is no other; 0 if none has been measured. */
    double alone(SampleStage stage) {
        return of(stage, Network::alone);
    }

    private double of(SampleStage stage, ToDoubleFunction<Network> time) {
        return time.applyAsDouble(denoiser)
                + (stage.guided() ? time.applyAsDouble(classifier) : 0)
                + (stage.settings().needsJacobian() ? time.applyAsDouble(jacobian) : 0);
    }

    /** Times of one network for one row. */
    private final class Network {
        private final Mean lane = new Mean();
        private final Mean alone = new Mean();

        void add(boolean byItself, double seconds, int rows) {
            if (rows > 0) {
                (byItself ? alone : lane).add(seconds / rows);
            }
        }

        double amongOthers() {
            return lane.known() ? lane.value / lanes : alone.value;
        }

        double alone() {
            return alone.known() ? alone.value : lane.value;
        }
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
