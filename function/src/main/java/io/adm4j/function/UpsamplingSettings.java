package io.adm4j.function;

import io.adm4j.sampling.SamplingSettings;

/**
 * How the images of a request are enlarged.
 *
 * @param steps denoising steps of the upsampler, in the forms of {@link SampleQuery#steps}
 * @param sampler {@code ddim} or {@code ddpm}
 * @param eta noise of the ddim sampler, 0 (none) to 1 (as much as ddpm)
 * @param classifierScale strength of the guidance by the upsampler's own classifier, from 0 (none)
 */
record UpsamplingSettings(String steps, String sampler, double eta, double classifierScale) {
    /** The settings for the upsampler. */
    SamplingSettings settings() {
        return new SamplingSettings(sampler, steps, eta, classifierScale, true);
    }
}
