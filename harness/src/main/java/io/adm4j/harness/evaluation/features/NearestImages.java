package io.adm4j.harness.evaluation.features;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The reference images nearest to a sample by their features.
 *
 * @param sample index of the sample in its set
 * @param reference indices of images in the reference, the nearest first
 * @param distance Euclidean, one for each of them
 */
public record NearestImages(int sample, int[] reference, double[] distance) {
    /** The neighbors of the first {@code howMany} samples. */
    public static List<NearestImages> of(FeatureMatrix reference, FeatureMatrix samples, int howMany, int count) {
        List<NearestImages> found = new ArrayList<>();
        for (int s = 0; s < Math.min(howMany, samples.rows()); s++) {
            int sample = s;
            double[] distances = IntStream.range(0, reference.rows())
                    .parallel()
                    .mapToDouble(r -> Math.sqrt(reference.squaredDistance(r, samples, sample)))
                    .toArray();
            int[] nearest = IntStream.range(0, distances.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(r -> distances[r]))
                    .limit(count)
                    .mapToInt(r -> r)
                    .toArray();
            found.add(new NearestImages(
                    sample,
                    nearest,
                    IntStream.of(nearest).mapToDouble(r -> distances[r]).toArray()));
        }
        return found;
    }
}
