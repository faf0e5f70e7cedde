package io.adm4j.sampling;

import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Sampler;
import io.adm4j.feedback.ShortDecimal;
import io.adm4j.feedback.UserError;

/**
 * How to sample.
 *
 * @param steps how many steps; the ddim sampler takes a plain number at one even stride
 * @param eta noise of the ddim sampler, 0 to 1; 0 for the others
 * @param classifierScale factor of the classifier's gradient, finite; at 0 the classifier is never run
 * @param clipDenoised whether predictions of x_0 are clipped to [-1, 1]; the published scripts do
 */
public record SamplingSettings(
        SamplerKind sampler, StepChoice steps, double eta, double classifierScale, boolean clipDenoised) {
    /** The sampler unless another is chosen, as options and requests write it. */
    public static final String DEFAULT_SAMPLER = "ddim";

    /** The steps unless others are chosen, as options and requests write them. */
    public static final String DEFAULT_STEPS = "ddim25";

    /**
     * Checks that the settings fit each other.
     *
     * @throws SampleRequestException if one is out of range, or eta is given to a sampler without it
     */
    public SamplingSettings {
        if (!(eta >= 0 && eta <= 1)) {
            throw new SampleRequestException(RequestField.ETA, "must be a number from 0 to 1, not " + shown(eta));
        }
        if (eta != 0 && !sampler.takesEta()) {
            throw new SampleRequestException(
                    RequestField.ETA, "must be left out with the sampler " + sampler + ": it belongs to ddim");
        }
        if (!Double.isFinite(classifierScale)) {
            throw new SampleRequestException(
                    RequestField.CLASSIFIER_SCALE, "must be a finite number, not " + classifierScale);
        }
    }

    private static String shown(double value) {
        return Double.isFinite(value) ? ShortDecimal.of(value) : String.valueOf(value);
    }

    /** The settings that hold where nothing else is said: 25 steps of DDIM without noise or guidance, with clipping. */
    public static SamplingSettings defaults() {
        return new SamplingSettings(SamplerKind.of(DEFAULT_SAMPLER), StepChoice.parse(DEFAULT_STEPS), 0, 0, true);
    }

    /** DDIM without noise, with clipping. */
    public static SamplingSettings ddim(int steps, double classifierScale) {
        return new SamplingSettings(SamplerKind.DDIM, StepChoice.of(steps), 0, classifierScale, true);
    }

    /** Ancestral sampling, with clipping. */
    public static SamplingSettings ddpm(int steps, double classifierScale) {
        return new SamplingSettings(SamplerKind.DDPM, StepChoice.of(steps), 0, classifierScale, true);
    }

    /**
     * The sampler for a model's process.
     *
     * @throws SampleRequestException if the process cannot be run in these steps
     */
    public Sampler samplerFor(DiffusionConfig process) {
        return sampler.sampler(new GaussianDiffusion(respaced(process)), this);
    }

    private DiffusionConfig respaced(DiffusionConfig process) {
        try {
            return process.respaced(steps.published());
        } catch (UserError e) {
            throw new SampleRequestException(RequestField.STEPS, "must fit the model's process: " + withoutStop(e));
        }
    }

    private static String withoutStop(UserError e) {
        return String.valueOf(e.getMessage()).replaceFirst("[.]$", "");
    }
}
