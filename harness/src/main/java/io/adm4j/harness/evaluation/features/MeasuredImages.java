package io.adm4j.harness.evaluation.features;

import java.util.Optional;

/**
 * The features of a set of images, as far as scores need them.
 *
 * @param count images whose features are known; 0 if only their statistics are
 * @param features one row per image, in the set's order; empty if only statistics are known
 * @param statistics mean and covariance of the features
 * @param spatial as {@code features}, of the spatial features; empty unless they were to be kept
 * @param spatialStatistics mean and covariance of the spatial features; empty if the network has none
 * @param predictions of the network's class probabilities; empty if only statistics are known or the network gives
 *     none
 * @param labels the class of each image, if known
 */
public record MeasuredImages(
        int count,
        Optional<FeatureMatrix> features,
        Optional<FeatureMatrix> spatial,
        FeatureStatistics statistics,
        Optional<FeatureStatistics> spatialStatistics,
        Optional<PredictionStatistics> predictions,
        Optional<int[]> labels) {
    /** A set whose spatial features are not kept. */
    public MeasuredImages(
            int count,
            Optional<FeatureMatrix> features,
            FeatureStatistics statistics,
            Optional<FeatureStatistics> spatialStatistics,
            Optional<PredictionStatistics> predictions,
            Optional<int[]> labels) {
        this(count, features, Optional.empty(), statistics, spatialStatistics, predictions, labels);
    }

    /** The same with other classes. */
    public MeasuredImages withLabels(Optional<int[]> newLabels) {
        return new MeasuredImages(count, features, spatial, statistics, spatialStatistics, predictions, newLabels);
    }

    /** A set of which only statistics are known. */
    public static MeasuredImages ofStatistics(
            FeatureStatistics statistics, Optional<FeatureStatistics> spatialStatistics) {
        return new MeasuredImages(
                0, Optional.empty(), statistics, spatialStatistics, Optional.empty(), Optional.empty());
    }
}
