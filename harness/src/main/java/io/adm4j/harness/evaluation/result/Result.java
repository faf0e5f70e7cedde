package io.adm4j.harness.evaluation.result;

import java.util.Optional;

/**
 * The scores of one set of samples.
 *
 * @param point how they were generated, if they were generated here
 * @param seconds that sampling, measuring and comparing took
 * @param gallery some of the samples
 * @param distances which are nearest to the reference and farthest from it, if that was asked for and their features are known
 * @param memorization how near they are to training images, if that was asked for
 */
public record Result(
        Optional<SamplingPoint> point,
        ImageSet samples,
        Scores scores,
        double seconds,
        Optional<Gallery> gallery,
        Optional<ReferenceDistances> distances,
        Optional<Memorization> memorization) {
    /** Samples that were compared with a reference as a whole. */
    public Result(
            Optional<SamplingPoint> point, ImageSet samples, Scores scores, double seconds, Optional<Gallery> gallery) {
        this(point, samples, scores, seconds, gallery, Optional.empty(), Optional.empty());
    }

    /** The same with other images to show. */
    public Result with(Optional<Gallery> images) {
        return new Result(point, samples, scores, seconds, images, distances, memorization);
    }

    /** The same with other distances from the reference. */
    public Result withDistances(Optional<ReferenceDistances> found) {
        return new Result(point, samples, scores, seconds, gallery, found, memorization);
    }

    /** The same with what was found beside training images. */
    public Result withMemorization(Optional<Memorization> found) {
        return new Result(point, samples, scores, seconds, gallery, distances, found);
    }

    /** How messages and tables call this result. */
    public String name() {
        return point.map(SamplingPoint::toString).orElse(samples.source());
    }
}
