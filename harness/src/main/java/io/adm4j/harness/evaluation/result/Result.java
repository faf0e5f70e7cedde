package io.adm4j.harness.evaluation.result;

import java.util.Optional;

/**
 * What was found for one set of samples.
 *
 * @param point how they were drawn, if they were drawn here
 * @param seconds that sampling, measuring and comparing took
 * @param gallery some of the samples
 */
public record Result(
        Optional<SamplingPoint> point, ImageSet samples, Scores scores, double seconds, Optional<Gallery> gallery) {
    /** How messages and tables call this result. */
    public String name() {
        return point.map(SamplingPoint::toString).orElse(samples.source());
    }
}
