package io.adm4j.diffusion;

/**
 * Classifier guidance (Diffusion Models Beat GANs, section 4): how strongly the classifier's gradient pulls.
 *
 * @param classifier may be null where the scale is 0
 * @param scale factor of the gradient; at 0 the classifier is never run
 */
public record Guidance(ClassifierGradient classifier, double scale) {
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

    /** Whether the classifier is run. */
    public boolean active() {
        return scale != 0;
    }
}
