package io.adm4j.harness.bench;

import java.nio.file.Path;

/** The networks' workloads that can be measured. */
public enum BenchTarget {
    /** The denoiser alone. */
    FORWARD,
    /** The denoiser with its vector-Jacobian product. */
    VJP,
    /** A guided sampling step. */
    GUIDED,
    /** A step of training of the denoiser or upsampler. */
    TRAINING,
    /** A step of training of the noisy classifier. */
    CLASSIFIER;

    /**
     * Loads the workload; it should be the only one open while it is measured.
     *
     * @param scratch folder for its graphs
     * @throws io.adm4j.runtime.RuntimeFailure if a graph or the device cannot be used
     */
    Workload open(BenchSettings settings, Path scratch) {
        return switch (this) {
            case FORWARD -> new DenoiserForward(settings, scratch);
            case VJP -> new DenoiserProduct(settings, scratch);
            case GUIDED -> new GuidedStep(settings, scratch);
            case TRAINING -> TrainingStep.ofDenoiser(settings, scratch);
            case CLASSIFIER -> TrainingStep.ofClassifier(settings, scratch);
        };
    }
}
