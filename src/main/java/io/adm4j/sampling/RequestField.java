package io.adm4j.sampling;

/** The parts of a sampling request that can be wrong. */
public enum RequestField {
    SAMPLER("The sampler"),
    STEPS("The steps"),
    ETA("Eta"),
    CLASSIFIER_SCALE("The classifier scale"),
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
