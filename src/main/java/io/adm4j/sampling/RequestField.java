package io.adm4j.sampling;

/** The parts of a sampling request that can be wrong. */
public enum RequestField {
    SAMPLER("sampler", "The sampler"),
    STEPS("steps", "The steps"),
    ETA("eta", "Eta"),
    CLASSIFIER_SCALE("classifierScale", "The classifier scale"),
    GUIDANCE_INTERVAL("guidanceInterval", "The guidance interval"),
    GUIDANCE_RESCALE("guidanceRescale", "The guidance rescale"),
    THRESHOLDING("thresholding", "The thresholding"),
    THRESHOLDING_RATIO("thresholdingRatio", "The thresholding ratio"),
    SOLVER_ORDER("solverOrder", "The solver's order"),
    SOLVER_METHOD("solverMethod", "The solver's method"),
    SKIP_TYPE("skipType", "The skip type"),
    METHOD("method", "The method"),
    LABEL("label", "The label"),
    LOW_RES("lowRes", "The low-resolution batch"),
    INITIAL_NOISE("initialNoise", "The initial noise");

    private final String key;
    private final String title;

    RequestField(String key, String title) {
        this.key = key;
        this.title = title;
    }

    /** Its name in requests and files. */
    public String key() {
        return key;
    }

    /** How a sentence about the field begins. */
    String title() {
        return title;
    }
}
