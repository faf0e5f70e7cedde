package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Classifier guidance (Diffusion Models Beat GANs, section 4).
 *
 * @param classifier may be null where the scale is 0
 */
public record Guidance(@Nullable ClassifierGradient classifier, GuidanceSettings settings) {
    public Guidance {
        if (settings.active() && classifier == null) {
            throw new IllegalArgumentException("A classifier scale of " + settings.scale() + " needs a classifier.");
        }
    }

    /** Guidance of this scale at every timestep. */
    public Guidance(@Nullable ClassifierGradient classifier, double scale) {
        this(classifier, GuidanceSettings.of(scale));
    }

    /** Sampling without a classifier. */
    public static Guidance none() {
        return new Guidance(null, GuidanceSettings.NONE);
    }

    /**
     * The classifier's gradient at x; null if it is not run. The labels are needed only where it is.
     *
     * @param timestep of the whole process
     * @param timesteps as networks take it, one for each image
     */
    public @Nullable Tensor gradient(double timestep, Tensor x, Tensor timesteps, @Nullable Tensor labels) {
        return classifier == null || !settings.activeAt(timestep)
                ? null
                : classifier.gradient(x, timesteps, Objects.requireNonNull(labels));
    }

    /** Whether the classifier is run. */
    public boolean active() {
        return settings.active();
    }
}
