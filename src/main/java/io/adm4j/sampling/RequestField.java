package io.adm4j.sampling;

/** The parts of a sampling request that can be wrong. */
public enum RequestField {
    SAMPLER("The sampler"),
    STEPS("The steps"),
    ETA("Eta"),
    CLASSIFIER_SCALE("The classifier scale"),
    GUIDANCE_INTERVAL("The guidance interval"),
    GUIDANCE_RESCALE("The guidance rescale"),
    THRESHOLDING("The thresholding"),
    THRESHOLDING_RATIO("The thresholding ratio"),
    SOLVER_ORDER("The solver's order"),
    SOLVER_METHOD("The solver's method"),
    SKIP_TYPE("The skip type"),
    METHOD("The method"),
    LABEL("The label"),
    LOW_RES("The low-resolution batch"),
    INITIAL_NOISE("The initial noise");

    private final String title;

    RequestField(String title) {
        this.title = title;
    }

    /** How a sentence about the field begins. */
    String title() {
        return title;
    }
}
