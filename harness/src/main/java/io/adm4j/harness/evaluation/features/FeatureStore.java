package io.adm4j.harness.evaluation.features;

import java.util.Optional;

/** Features of one set of images that are kept, so that they need not be extracted again. */
public interface FeatureStore {
    /** The features of all images, if they are kept as a whole. */
    default Optional<FeatureRows> whole() {
        return Optional.empty();
    }

    /**
     * The features of a batch.
     *
     * @param from number of its first image, from 0
     * @param count images in the batch
     * @return empty if they are not kept, or were kept in other batches
     */
    Optional<FeatureExtractor.FeatureBatch> find(int from, int count);

    /** Keeps the features of a batch. */
    void keep(int from, FeatureExtractor.FeatureBatch batch);

    /** All features were extracted or found, and their statistics computed; not called for features kept as a whole. */
    default void finish(MeasuredImages measured) {}

    /** Keeps nothing. */
    static FeatureStore none() {
        return new FeatureStore() {
            @Override
            public Optional<FeatureExtractor.FeatureBatch> find(int from, int count) {
                return Optional.empty();
            }

            @Override
            public void keep(int from, FeatureExtractor.FeatureBatch batch) {}
        };
    }
}
