package io.adm4j.harness.evaluation.result;

import java.util.Optional;

/**
 * The scores of one set of samples.
 *
 * @param point how they were generated, if they were generated here
 * @param seconds that sampling, measuring and comparing took
 * @param gallery some of the samples
 */
public record Result(
        Optional<SamplingPoint> point, ImageSet samples, Scores scores, double seconds, Optional<Gallery> gallery) {
    /** The same with other images to show. */
    public Result with(Optional<Gallery> images) {
        return new Result(point, samples, scores, seconds, images);
    }

    /** How messages and tables call this result. */
    public String name() {
        return point.map(SamplingPoint::toString).orElse(samples.source());
    }
}
