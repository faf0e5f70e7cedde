package io.adm4j.harness.evaluation.result;

import java.util.Optional;

/**
 * The scores of one set of samples.
 *
 * @param point how they were generated, if they were generated here
 * @param seconds that sampling, measuring and comparing took
 * @param gallery some of the samples
 * @param memorization how near they are to training images, if that was asked for
 */
public record Result(
        Optional<SamplingPoint> point,
        ImageSet samples,
        Scores scores,
        double seconds,
        Optional<Gallery> gallery,
        Optional<Memorization> memorization) {
    /** Samples that were not compared with training images. */
    public Result(
            Optional<SamplingPoint> point, ImageSet samples, Scores scores, double seconds, Optional<Gallery> gallery) {
        this(point, samples, scores, seconds, gallery, Optional.empty());
    }

    /** The same with other images to show. */
    public Result with(Optional<Gallery> images) {
        return new Result(point, samples, scores, seconds, images, memorization);
    }

    /** The same with what was found beside training images. */
    public Result withMemorization(Optional<Memorization> found) {
        return new Result(point, samples, scores, seconds, gallery, found);
    }

    /** How messages and tables call this result. */
    public String name() {
        return point.map(SamplingPoint::toString).orElse(samples.source());
    }
}
