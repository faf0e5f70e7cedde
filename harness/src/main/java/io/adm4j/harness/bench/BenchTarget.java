package io.adm4j.harness.bench;

import java.nio.file.Path;

/** What can be measured. */
public enum BenchTarget {
    /** The denoiser alone. */
    FORWARD,
    /** A guided sampling step. */
    GUIDED,
    /** A step of training. */
    TRAINING;

    /** Loads what the work needs; each measurement has the machine to itself until it is closed. */
    Measurement begin(BenchSettings settings, Path scratch) {
        return switch (this) {
            case FORWARD -> new DenoiserForward(settings, scratch);
            case GUIDED -> new GuidedStep(settings, scratch);
            case TRAINING -> new TrainingStep(settings, scratch);
        };
    }
}
