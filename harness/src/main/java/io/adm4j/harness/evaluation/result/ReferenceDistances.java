package io.adm4j.harness.evaluation.result;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The samples that are nearest to the reference by their features, and those that are farthest from it.
 *
 * @param definition one sentence that names the counts and what the distance is
 * @param median distance of all samples
 * @param nearest the nearest first
 * @param farthest the farthest first
 * @param images the samples of both lists, those of {@code nearest} first, each with its nearest reference image where the
 *     reference's images are at hand; empty without images to show
 */
public record ReferenceDistances(
        String definition, double median, List<Sample> nearest, List<Sample> farthest, Optional<Gallery> images) {
    /**
     * A sample beside its nearest reference image.
     *
     * @param sample its number in the source, from 0
     * @param seed it grew from, if it is known how it was generated
     * @param label its class, if known
     * @param reference number of the reference image, from 0
     * @param distance of their features, Euclidean
     */
    public record Sample(int sample, OptionalLong seed, OptionalInt label, int reference, double distance) {}

    public ReferenceDistances {
        nearest = List.copyOf(nearest);
        farthest = List.copyOf(farthest);
    }

    /** The same with other images to show. */
    public ReferenceDistances with(Optional<Gallery> newImages) {
        return new ReferenceDistances(definition, median, nearest, farthest, newImages);
    }
}
