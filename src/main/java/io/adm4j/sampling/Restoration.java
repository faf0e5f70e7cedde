package io.adm4j.sampling;

import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.Sampler;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.restoration.Degradation;
import io.adm4j.restoration.NullSpaceRestoration;
import io.adm4j.restoration.PosteriorRestoration;
import io.adm4j.tensor.Tensor;

/**
 * An image that is restored.
 *
 * @param degradation what happened to it
 * @param sigma standard deviation of the noise in the measurement, in the range [-1, 1] of images
 * @param measured what the degradation gave, one row; not modified
 */
public record Restoration(RestorationSettings settings, Degradation degradation, double sigma, Tensor measured)
        implements StageSettings {
    @Override
    public int stepsOf(DiffusionConfig process) {
        return (int) settings.evaluations();
    }

    @Override
    public GuidanceSettings guidance() {
        return GuidanceSettings.of(settings.classifierScale());
    }

    @Override
    public Sampler samplerFor(DiffusionConfig process) {
        if (needsJacobian()) {
            GaussianDiffusion kept = new GaussianDiffusion(process.respaced(String.valueOf(settings.steps())));
            return new PosteriorRestoration(kept, settings.scale(), Thresholding.STATIC).sampler(degradation, measured);
        }
        // DDNM takes its steps from the whole process itself.
        GaussianDiffusion whole = new GaussianDiffusion(process.respaced(""));
        return new NullSpaceRestoration(whole, settings.steps(), sigma, settings.eta(), settings.travel())
                .sampler(degradation, measured);
    }

    @Override
    public boolean needsJacobian() {
        return settings.method() == RestorationMethod.DPS;
    }

    /** To the nearest level, so that what was measured comes back. */
    @Override
    public Tensor pixels(Tensor x0) {
        return PixelScale.toNearestBytes(x0);
    }
}
