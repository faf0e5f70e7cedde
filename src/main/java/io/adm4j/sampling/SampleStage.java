package io.adm4j.sampling;

/**
 * One model that images pass through.
 *
 * @param model a base model, or an upsampler behind one
 * @param settings how it samples
 */
public record SampleStage(SamplingPipeline model, SamplingSettings settings) {
    /** Number of steps. */
    public int steps() {
        long chosen = settings.steps().total();
        return chosen > 0 ? (int) chosen : model.capabilities().process().diffusionSteps();
    }

    /** Whether its classifier is run. */
    boolean guided() {
        return settings.classifierScale() != 0;
    }
}
