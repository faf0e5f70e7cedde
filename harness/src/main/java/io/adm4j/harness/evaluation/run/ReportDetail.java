package io.adm4j.harness.evaluation.run;

/** How much a report says beside scores; each constant includes those before it. */
public enum ReportDetail {
    /** Nothing. */
    SCORES,
    /** Which samples are nearest to the reference and farthest from it, by number. */
    SAMPLES,
    /** Images to look at. */
    IMAGES
}
