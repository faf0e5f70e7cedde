package io.adm4j.sampling;

import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.DdpmSampler;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Sampler;

/**
 * How to sample.
 *
 * @param sampler {@code ddim} or {@code ddpm}
 * @param steps a number of steps (for ddim at one even stride), numbers by section ({@code 90,60,60,20,20}), {@code
 *     ddimN}, or empty for all steps of the process
 * @param eta noise of the ddim sampler, 0 to 1; the ddpm sampler has none to choose
 * @param classifierScale factor of the classifier's gradient; at 0 it is never run
 * @param clipDenoised whether predictions of x_0 are clipped to [-1, 1]; the published scripts do
 */
public record SamplingSettings(String sampler, String steps, double eta, double classifierScale, boolean clipDenoised) {
    public SamplingSettings {
        if (!sampler.equals("ddim") && !sampler.equals("ddpm")) {
            throw new IllegalArgumentException("There is no sampler '" + sampler + "'; use ddim or ddpm.");
        }
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("Eta is a number from 0 to 1, not " + eta + ".");
        }
        if (sampler.equals("ddpm") && eta != 0) {
            throw new IllegalArgumentException("Eta belongs to the ddim sampler; leave it out or use ddim.");
        }
        if (!Double.isFinite(classifierScale)) {
            throw new IllegalArgumentException("A classifier scale is a finite number, not " + classifierScale + ".");
        }
        steps = steps.strip();
    }

    /** DDIM without noise, with clipping. */
    public static SamplingSettings ddim(int steps, double classifierScale) {
        return new SamplingSettings("ddim", Integer.toString(steps), 0, classifierScale, true);
    }

    /** Ancestral sampling, with clipping. */
    public static SamplingSettings ddpm(String steps, double classifierScale) {
        return new SamplingSettings("ddpm", steps, 0, classifierScale, true);
    }

    /** How a process is respaced for these settings. */
    public String respacing() {
        boolean number = steps.matches("[0-9]+");
        return sampler.equals("ddim") && number ? "ddim" + steps : steps;
    }

    /**
     * The sampler for a model's process.
     *
     * @throws IllegalArgumentException if the process cannot be run in these steps, or with this eta
     */
    public Sampler samplerFor(DiffusionConfig process) {
        GaussianDiffusion diffusion = new GaussianDiffusion(process.respaced(respacing()));
        return sampler.equals("ddim")
                ? new DdimSampler(diffusion, eta, clipDenoised)
                : new DdpmSampler(diffusion, clipDenoised);
    }
}
