package io.adm4j.harness.training;

import java.util.ArrayList;
import java.util.List;

/** The listeners of one session of training, notified in their order; all are told that it ends, whatever one throws. */
final class TrainingListeners implements AutoCloseable {
    private final List<TrainingListener> listeners = new ArrayList<>();

    private TrainingListeners() {}

    static TrainingListeners start(List<TrainingListener> listeners, TrainingStart start) {
        TrainingListeners started = new TrainingListeners();
        try {
            for (TrainingListener listener : listeners) {
                started.listeners.add(listener);
                listener.started(start);
            }
            return started;
        } catch (RuntimeException e) {
            started.endAfter(e);
            throw e;
        }
    }

    void step(StepReport report) {
        listeners.forEach(listener -> listener.step(report));
    }

    boolean needCheckpoint(long step) {
        return listeners.stream().anyMatch(listener -> listener.needsCheckpoint(step));
    }

    void saved(RunFolder.Checkpoint checkpoint) {
        listeners.forEach(listener -> listener.saved(checkpoint));
    }

    private void endAfter(RuntimeException reason) {
        try {
            close();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (TrainingListener listener : listeners) {
            try {
                listener.ended();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
