package io.adm4j.harness.evaluation.result;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How near samples are to training images.
 *
 * @param closeShare part of the samples that are close, as the definition says
 * @param referenceShare the same of the reference images, which were not trained on; empty where they are not known, or are the
 *     training images
 * @param definition one sentence that names the counts and what close means
 * @param pairs the closest samples, the closest first
 * @param images the samples of the pairs, each with its training image and the one nearest to that; empty without images to show
 */
public record Memorization(
        ImageSet training,
        double closeShare,
        OptionalDouble referenceShare,
        String definition,
        List<Pair> pairs,
        Optional<Gallery> images) {
    /**
     * A sample beside its nearest training image.
     *
     * @param sample its number, from 0
     * @param training number of the training image, from 0
     * @param distance of their features
     * @param spacing of the features of that training image and the training image nearest to it
     */
    public record Pair(int sample, int training, double distance, double spacing) {}

    public Memorization {
        pairs = List.copyOf(pairs);
    }

    /** The same with other images to show. */
    public Memorization with(Optional<Gallery> newImages) {
        return new Memorization(training, closeShare, referenceShare, definition, pairs, newImages);
    }
}
