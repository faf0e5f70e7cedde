package io.adm4j.harness.metrics;

/**
 * What the scores need to know of a set of pictures.
 *
 * @param features one row a picture, in the set's order
 * @param statistics their mean and covariance
 * @param inceptionScore of the network's class probabilities
 */
public record MeasuredPictures(FeatureMatrix features, FeatureStatistics statistics, InceptionScore inceptionScore) {
    /** Number of pictures. */
    public int count() {
        return features.rows();
    }
}
