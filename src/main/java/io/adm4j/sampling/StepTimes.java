package io.adm4j.sampling;

import io.adm4j.runtime.Threads;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToDoubleFunction;

/** Measured times of a model's steps: medians of the newest, since a first or a disturbed one may take many times as long. Guarded by the scheduler's lock. */
final class StepTimes {
    /** Most measurements that are kept. */
    private static final int KEPT = 15;

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
        private final Times lane = new Times();
        private final Times alone = new Times();

        void add(boolean byItself, double seconds, int rows) {
            if (rows > 0) {
                (byItself ? alone : lane).add(seconds / rows);
            }
        }

        double amongOthers() {
            return lane.known() ? lane.median() / lanes : alone.median();
        }

        double alone() {
            return alone.known() ? alone.median() : lane.median();
        }
    }

    /** The newest measurements. */
    private static final class Times {
        private final Deque<Double> newest = new ArrayDeque<>();
        private double median;

        void add(double seconds) {
            if (newest.size() == KEPT) {
                newest.removeFirst();
            }
            newest.addLast(seconds);
            // The lower one of two in the middle: of two measurements the slower one is the disturbed one.
            median = newest.stream()
                    .sorted()
                    .skip((newest.size() - 1) / 2)
                    .findFirst()
                    .orElseThrow();
        }

        double median() {
            return median;
        }

        boolean known() {
            return !newest.isEmpty();
        }
    }
}
