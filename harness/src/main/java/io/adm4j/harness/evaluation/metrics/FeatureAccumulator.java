package io.adm4j.harness.evaluation.metrics;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.features.FeatureExtractor;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.FeatureStore;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * Measures images as they come, batch after batch: of the images only the batch is in memory, of the features all
 * (float32), of the features that keep their place only the statistics.
 *
 * <p>For one thread.
 */
public final class FeatureAccumulator {
    private final FeatureExtractor extractor;
    private final MatrixProducts products;
    private final EvaluatorSettings settings;
    private final FeatureStore store;
    private FeatureMatrix features;
    private FeatureStatistics.Accumulator statistics;
    private FeatureStatistics.Accumulator spatial;
    private InceptionScore.Accumulator inceptionScore;
    private int[] labels = new int[0];
    private int labelled;

    public FeatureAccumulator(
            FeatureExtractor extractor, MatrixProducts products, EvaluatorSettings settings, FeatureStore store) {
        this.store = store;
        this.extractor = extractor;
        this.products = products;
        this.settings = settings;
    }

    /**
     * Adds images, which all go through the network at once.
     *
     * @param images uint8 [N, H, W, 3], N at least 1
     * @param classes N labels, or null if there are none
     * @throws UserError if the images do not fit the network, or it gives a value that is not finite
     */
    public void add(Tensor images, int[] classes) {
        int from = count();
        FeatureExtractor.FeatureBatch found = store.find(from, (int) images.dim(0))
                .orElseGet(() -> {
                    FeatureExtractor.FeatureBatch extracted = extractor.extract(images);
                    store.keep(from, extracted);
                    return extracted;
                });
        int count = found.count();
        if (features == null) {
            begin(found);
        }
        features.add(found.features());
        statistics.add(found.features());
        if (spatial != null) {
            spatial.add(found.spatial().orElseThrow());
        }
        int width = found.probabilities().length / count;
        for (int i = 0; i < count; i++) {
            inceptionScore.addProbabilities(found.probabilities(), i * width);
        }
        if (classes != null) {
            addLabels(classes, count);
        }
    }

    private void begin(FeatureExtractor.FeatureBatch found) {
        features = new FeatureMatrix(found.features().length / found.count());
        statistics = new FeatureStatistics.Accumulator(features.columns(), products);
        inceptionScore =
                new InceptionScore.Accumulator(found.probabilities().length / found.count(), settings.inceptionSplit());
        if (found.spatial().isPresent() && settings.asksFor(Metric.SFID)) {
            spatial = new FeatureStatistics.Accumulator(found.spatial().get().length / found.count(), products);
        }
    }

    private void addLabels(int[] classes, int count) {
        if (classes.length != count || labelled != features.rows() - count) {
            throw new IllegalArgumentException(
                    "Each image has a label or none has: there are " + classes.length + " for " + count + " images.");
        }
        if (labels.length < labelled + count) {
            labels = Arrays.copyOf(labels, Math.max(labelled + count, 2 * labels.length));
        }
        System.arraycopy(classes, 0, labels, labelled, count);
        labelled += count;
    }

    /** Images added so far. */
    public int count() {
        return features == null ? 0 : features.rows();
    }

    /**
     * What is known of the images added.
     *
     * @throws UserError if there are too few images for the scores
     */
    public MeasuredImages finish() {
        requireEnough(count(), settings);
        return new MeasuredImages(
                count(),
                Optional.of(features),
                statistics.finish(),
                Optional.ofNullable(spatial).map(FeatureStatistics.Accumulator::finish),
                Optional.of(inceptionScore.finish()),
                labelled == 0 ? Optional.empty() : Optional.of(Arrays.copyOf(labels, labelled)));
    }

    public static void requireEnough(int images, EvaluatorSettings settings) {
        if (images <= settings.k() && MetricSuite.needsImages(settings)) {
            throw new UserError("There are only " + images + " images; precision and recall with k = " + settings.k()
                    + " take at least " + (settings.k() + 1) + " in each set.");
        }
        if (images < 2) {
            throw new UserError("A covariance takes at least 2 images; there is only " + images + ".");
        }
    }
}
