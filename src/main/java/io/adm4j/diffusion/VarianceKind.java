package io.adm4j.diffusion;

/** Where the variance of the reverse process comes from. */
public enum VarianceKind {
    /** The network interpolates between the two fixed ones in the log domain (Improved DDPM, equation 15). */
    LEARNED_RANGE,
    /** The variance of the posterior q(x_{t-1} | x_t, x_0). */
    FIXED_SMALL,
    /** The variance &beta; of the forward step. */
    FIXED_LARGE
}
