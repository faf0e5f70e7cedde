package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import java.util.Optional;

/**
 * What the scores need to know of a set of images.
 *
 * @param count images whose features are known; 0 if only their statistics are
 * @param features one row an image, in the set's order; empty if only statistics are known
 * @param statistics mean and covariance of the features
 * @param spatialStatistics mean and covariance of the features that keep their place; empty if the network has none
 * @param inceptionScore of the network's class probabilities; empty for a reference that was only read
 * @param labels the class of each image, if known
 */
public record MeasuredImages(
        int count,
        Optional<FeatureMatrix> features,
        FeatureStatistics statistics,
        Optional<FeatureStatistics> spatialStatistics,
        Optional<InceptionScore> inceptionScore,
        Optional<int[]> labels) {}
