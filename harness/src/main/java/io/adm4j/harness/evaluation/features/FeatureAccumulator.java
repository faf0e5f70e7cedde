package io.adm4j.harness.evaluation.features;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * Extracts features of images batch by batch. Of the images only the batch is in memory, of the features all (float32), of
 * the spatial features only the statistics.
 *
 * <p>For one thread.
 */
public final class FeatureAccumulator {
    private final FeatureExtractor extractor;
    private final MatrixProducts products;
    private final FeatureStore store;
    private final int partSize;
    private final int images;
    private final boolean withSpatial;
    private FeatureMatrix features;
    private FeatureStatistics.Accumulator statistics;
    private FeatureStatistics.Accumulator spatial;
    private PredictionStatistics.Accumulator predictions;
    private int[] labels = new int[0];
    private int labeled;

    /**
     * @param store of the features of this set
     * @param images that will be added in all
     * @param partSize images in a part of the statistics of class probabilities, at least 1
     * @param withSpatial whether to take statistics of spatial features, if the network gives them
     */
    public FeatureAccumulator(
            FeatureExtractor extractor,
            MatrixProducts products,
            FeatureStore store,
            int images,
            int partSize,
            boolean withSpatial) {
        this.extractor = extractor;
        this.products = products;
        this.store = store;
        this.images = images;
        this.partSize = partSize;
        this.withSpatial = withSpatial;
    }

    /**
     * Adds images, which all go through the network at once.
     *
     * @param images uint8 [N, H, W, C], N at least 1
     * @param classes N labels, or null if there are none
     * @throws UserError if the images do not fit the network, or it gives a value that is not finite
     */
    public void add(Tensor images, int[] classes) {
        int from = count();
        FeatureExtractor.FeatureBatch batch = store.find(from, (int) images.dim(0))
                .orElseGet(() -> {
                    FeatureExtractor.FeatureBatch extracted = extractor.extract(images);
                    store.keep(from, extracted);
                    return extracted;
                });
        if (features == null) {
            begin(batch);
        }
        features.add(batch.features());
        statistics.add(batch.features());
        if (spatial != null) {
            spatial.add(batch.spatial().orElseThrow());
        }
        if (predictions != null) {
            predictions.add(batch.probabilities().orElseThrow());
        }
        if (classes != null) {
            addLabels(classes, batch.count());
        }
    }

    private void begin(FeatureExtractor.FeatureBatch batch) {
        features = new FeatureMatrix(batch.features().length / batch.count());
        statistics = new FeatureStatistics.Accumulator(features.columns(), products);
        batch.probabilities()
                .ifPresent(values -> predictions =
                        new PredictionStatistics.Accumulator(values.length / batch.count(), partSize, images));
        if (withSpatial && batch.spatial().isPresent()) {
            spatial = new FeatureStatistics.Accumulator(batch.spatial().get().length / batch.count(), products);
        }
    }

    private void addLabels(int[] classes, int count) {
        if (classes.length != count || labeled != features.rows() - count) {
            throw new IllegalArgumentException(
                    "Each image has a label or none has: there are " + classes.length + " for " + count + " images.");
        }
        if (labels.length < labeled + count) {
            labels = Arrays.copyOf(labels, Math.max(labeled + count, 2 * labels.length));
        }
        System.arraycopy(classes, 0, labels, labeled, count);
        labeled += count;
    }

    /** Images added so far. */
    public int count() {
        return features == null ? 0 : features.rows();
    }

    /**
     * The features of all images added.
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
                statistics.finish(),
                Optional.ofNullable(spatial).map(FeatureStatistics.Accumulator::finish),
                Optional.ofNullable(predictions).map(PredictionStatistics.Accumulator::finish),
                labeled == 0 ? Optional.empty() : Optional.of(Arrays.copyOf(labels, labeled)));
    }
}
