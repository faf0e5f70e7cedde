package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Optional;

/**
 * Takes features of images batch by batch. In memory are the features (float32), of the spatial features only the statistics, unless
 * they are to be kept.
 *
 * <p>For one thread.
 */
public final class FeatureAccumulator {
    private final MatrixProducts products;
    private final ReferenceBatch known;
    private final int partSize;
    private final int images;
    private final boolean withSpatial;
    private final boolean keepsSpatial;
    private FeatureMatrix features;
    private FeatureMatrix spatialFeatures;
    private FeatureStatistics.Accumulator statistics;
    private FeatureStatistics.Accumulator spatial;
    private PredictionStatistics.Accumulator predictions;

    /**
     * @param known statistics over the same images that need not be computed
     * @param images that will be added in all
     * @param partSize images in a part of the statistics of class probabilities, at least 1
     * @param withSpatial whether to take statistics of spatial features, if there are any
     * @param keepsSpatial whether to keep those of each image too
     */
    public FeatureAccumulator(
            MatrixProducts products,
            ReferenceBatch known,
            int images,
            int partSize,
            boolean withSpatial,
            boolean keepsSpatial) {
        this.products = products;
        this.known = known;
        this.images = images;
        this.partSize = partSize;
        this.withSpatial = withSpatial;
        this.keepsSpatial = withSpatial && keepsSpatial;
    }

    /** Adds the features of images. */
    public void add(FeatureExtractor.FeatureBatch batch) {
        if (features == null) {
            begin(batch);
        }
        features.add(batch.features());
        if (statistics != null) {
            statistics.add(batch.features());
        }
        if (spatial != null) {
            spatial.add(batch.spatial().orElseThrow());
        }
        if (spatialFeatures != null) {
            spatialFeatures.add(batch.spatial().orElseThrow());
        }
        if (predictions != null) {
            predictions.add(batch.probabilities().orElseThrow());
        }
    }

    private void begin(FeatureExtractor.FeatureBatch batch) {
        features = new FeatureMatrix(batch.features().length / batch.count());
        if (known.statistics().isEmpty()) {
            statistics = new FeatureStatistics.Accumulator(features.columns(), products);
        }
        batch.probabilities()
                .ifPresent(values -> predictions =
                        new PredictionStatistics.Accumulator(values.length / batch.count(), partSize, images));
        if (keepsSpatial) {
            batch.spatial().ifPresent(values -> spatialFeatures = new FeatureMatrix(values.length / batch.count()));
        }
        if (withSpatial
                && known.spatialStatistics().isEmpty()
                && batch.spatial().isPresent()) {
            spatial = new FeatureStatistics.Accumulator(batch.spatial().get().length / batch.count(), products);
        }
    }

    /** Images added so far. */
    public int count() {
        return features == null ? 0 : features.rows();
    }

    /**
     * The features of all images added, without labels.
     *
     * @throws IllegalStateException if there are fewer than 2
     */
    public MeasuredImages finish() {
        if (count() < 2) {
            throw new IllegalStateException("A covariance takes at least 2 images; there are " + count() + ".");
        }
        return new MeasuredImages(
                count(),
                Optional.of(features),
                Optional.ofNullable(spatialFeatures),
                known.statistics().orElseGet(() -> statistics.finish()),
                withSpatial
                        ? known.spatialStatistics()
                                .or(() -> Optional.ofNullable(spatial).map(FeatureStatistics.Accumulator::finish))
                        : Optional.empty(),
                Optional.ofNullable(predictions).map(PredictionStatistics.Accumulator::finish),
                Optional.empty());
    }
}
