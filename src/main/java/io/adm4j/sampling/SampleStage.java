package io.adm4j.sampling;

/**
 * One model that images pass through.
 *
 * @param model a base model, or an upsampler behind one
 * @param settings how it samples
 */
public record SampleStage(SamplingPipeline model, StageSettings settings) {
    /** Number of steps. */
    public int steps() {
        return settings.stepsOf(model.capabilities().process());
    }

    /** Whether its classifier is run. */
    boolean guided() {
        return settings.guidance().active();
    }
}
