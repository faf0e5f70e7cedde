package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * How near images are to training images, beside how near these are to each other. An image is <em>close</em> if its nearest
 * training image is no farther from it than from all other training images. Of new images of the training images' distribution
 * two of three are close on a line, and a half to a third in more dimensions, so the share is to be read beside that of real images
 * that were not trained on.
 *
 * @param nearest for each image the number of its nearest training image
 * @param distance Euclidean, from each image to that
 * @param training the number of the training image nearest to that one
 * @param spacing Euclidean distance of these two training images
 */
public record TrainingNeighbors(int[] nearest, double[] distance, int[] training, double[] spacing) {
    /**
     * @param images at least one
     * @param training at least two
     * @param pairs receives the number of pairs compared since the last call, {@link #pairs} at most
     */
    public static TrainingNeighbors of(
            FeatureMatrix images, FeatureMatrix training, MatrixProducts products, LongConsumer pairs) {
        NearestRows found = NearestRows.of(images, training, products, pairs);
        int[] met = Arrays.stream(found.row()).distinct().sorted().toArray();
        NearestRows among = NearestRows.of(training.select(met), training, met, products, pairs);
        int[] place = Arrays.stream(found.row())
                .map(row -> Arrays.binarySearch(met, row))
                .toArray();
        return new TrainingNeighbors(
                found.row(),
                found.distance(),
                Arrays.stream(place).map(p -> among.row()[p]).toArray(),
                Arrays.stream(place).mapToDouble(p -> among.distance()[p]).toArray());
    }

    /** The most pairs that {@link #of} compares. */
    public static long pairs(int images, int training) {
        return (long) images * training + (long) Math.min(images, training) * training;
    }

    /** The share of the images that are close, from 0 to 1. */
    public double closeShare() {
        return IntStream.range(0, distance.length)
                        .filter(i -> distance[i] <= spacing[i])
                        .count()
                / (double) distance.length;
    }

    /** The images whose distance is the smallest part of the spacing, the smallest first. */
    public int[] closest(int count) {
        return IntStream.range(0, distance.length)
                .boxed()
                .sorted(Comparator.comparingDouble(this::ratio))
                .limit(count)
                .mapToInt(i -> i)
                .toArray();
    }

    private double ratio(int image) {
        return distance[image] == 0 ? 0 : distance[image] / spacing[image];
    }
}
