package io.adm4j.sampling;

/** Ways to restore images. */
public enum RestorationMethod {
    /** The part of x_0 that was measured is replaced in each step. */
    DDNM,
    /** Each step moves against the gradient of what is left of the measurement, through the denoiser. */
    DPS
}
