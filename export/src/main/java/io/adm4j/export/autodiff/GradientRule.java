package io.adm4j.export.autodiff;

/** The chain rule of one operator. */
@FunctionalInterface
interface GradientRule {
    /** Gives the gradient of every input that needs one. */
    void apply(BackwardContext step);
}
