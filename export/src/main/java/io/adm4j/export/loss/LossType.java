package io.adm4j.export.loss;

/** The loss that a denoiser is trained with, in the published code's terms. */
public enum LossType {
    /** Mean squared error; with learned variances plus the variational bound on them ("hybrid", Nichol and Dhariwal 2021, eq. 16). */
    MSE,
    /** As {@link #MSE}, the bound scaled by steps/1000. */
    RESCALED_MSE,
    /** The variational bound in bits per dimension. */
    KL,
    /** As {@link #KL}, times the number of steps. */
    RESCALED_KL
}
