package io.adm4j.diffusion;

/**
 * How strongly the classifier's gradient pulls, and where.
 *
 * @param scale factor of the gradient, finite (Diffusion Models Beat GANs, section 4.1); at 0 the classifier is never run
 * @param from first timestep of the interval in which the classifier is run, 0 for the least noise
 * @param to last timestep of it; outside the interval guidance costs nothing (Kynk&auml;&auml;nniemi et al.: "Applying
 *     Guidance in a Limited Interval Improves Sample and Distribution Quality in Diffusion Models", 2024)
 * @param rescale how far the guided noise prediction is brought back to the standard deviation of the unguided one, 0 to
 *     1 (Lin et al.: "Common Diffusion Noise Schedules and Sample Steps are Flawed", 2024, equations 15 and 16)
 */
public record GuidanceSettings(double scale, double from, double to, double rescale) {
    /** Sampling without a classifier. */
    public static final GuidanceSettings NONE = of(0);

    /** @throws IllegalArgumentException if a value is out of its range or the interval is empty */
    public GuidanceSettings {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("A classifier scale is a finite number, not " + scale + ".");
        }
        if (!(from >= 0 && from <= to)) {
            throw new IllegalArgumentException(
                    "A guidance interval is from a timestep of at least 0 to a later one, not " + from + " to " + to
                            + ".");
        }
        if (!(rescale >= 0 && rescale <= 1)) {
            throw new IllegalArgumentException("A guidance rescale is from 0 to 1, not " + rescale + ".");
        }
    }

    /** Guidance of this scale at every timestep. */
    public static GuidanceSettings of(double scale) {
        return new GuidanceSettings(scale, 0, Double.POSITIVE_INFINITY, 0);
    }

    /** Whether the classifier is run at all. */
    public boolean active() {
        return scale != 0;
    }

    /** Whether the classifier is run at a timestep of the whole process. */
    public boolean activeAt(double timestep) {
        return active() && from <= timestep && timestep <= to;
    }

    /** Whether it is run at every timestep. */
    public boolean everywhere() {
        return from == 0 && to == Double.POSITIVE_INFINITY;
    }
}
