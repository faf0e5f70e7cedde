package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Classifier guidance (Diffusion Models Beat GANs, section 4): how strongly the classifier's gradient pulls.
 *
 * @param classifier may be null where the scale is 0
 * @param scale factor of the gradient; at 0 the classifier is never run
 */
public record Guidance(@Nullable ClassifierGradient classifier, double scale) {
    public Guidance {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("A classifier scale is a finite number, not " + scale + ".");
        }
        if (scale != 0 && classifier == null) {
            throw new IllegalArgumentException("A classifier scale of " + scale + " needs a classifier.");
        }
    }

    /** Sampling without a classifier. */
    public static Guidance none() {
        return new Guidance(null, 0);
    }

    /** The classifier's gradient at x; null if it is not run. The labels are needed only where it is. */
    @Nullable
    Tensor gradient(Tensor x, Tensor timesteps, @Nullable Tensor labels) {
        return scale == 0 || classifier == null
                ? null
                : classifier.gradient(x, timesteps, Objects.requireNonNull(labels));
    }

    /** Whether the classifier is run. */
    public boolean active() {
        return scale != 0;
    }
}
