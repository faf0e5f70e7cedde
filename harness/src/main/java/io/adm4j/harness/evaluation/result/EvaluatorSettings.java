package io.adm4j.harness.evaluation.result;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How scores are computed.
 *
 * @param k neighbor whose distance is the radius in precision and recall, at least 1
 * @param inceptionSplit images in a part of the Inception Score, at least 1
 * @param batchSize images that go through the network at once, at least 1
 * @param metrics what to compute; what the features or the reference do not allow is left out with a warning
 * @param bootstrap resamples for the confidence interval of FID; 0 for none
 * @param perClass whether to score each class as well; both sets need labels
 */
public record EvaluatorSettings(
        int k, int inceptionSplit, int batchSize, Set<Metric> metrics, int bootstrap, boolean perClass) {
    /** Neighbor that sets the radius in the published evaluator. */
    public static final int PUBLISHED_K = 3;

    /** Images in a part of the Inception Score in the published evaluator. */
    public static final int PUBLISHED_INCEPTION_SPLIT = 5000;

    public EvaluatorSettings {
        if (k < 1 || inceptionSplit < 1 || batchSize < 1 || bootstrap < 0) {
            throw new IllegalArgumentException(
                    "The neighbor, the part's size and the batch size are at least 1, resamples at least 0.");
        }
        if (metrics.isEmpty()) {
            throw new IllegalArgumentException("There is no metric to compute.");
        }
        metrics = Collections.unmodifiableSet(EnumSet.copyOf(metrics));
    }

    /** Those of the published evaluator, in batches of 64. */
    public static EvaluatorSettings published() {
        return new EvaluatorSettings(PUBLISHED_K, PUBLISHED_INCEPTION_SPLIT, 64, Metric.PUBLISHED, 0, false);
    }

    /** The same with another number of images that go through the network at once. */
    public EvaluatorSettings withBatchSize(int images) {
        return new EvaluatorSettings(k, inceptionSplit, images, metrics, bootstrap, perClass);
    }

    /** Whether any score takes the features of the reference's images, not only their statistics. */
    public boolean needsReferenceImages() {
        return perClass || metrics.stream().anyMatch(Metric::needsReferenceImages);
    }

    /**
     * Refuses sets that are too small for the scores.
     *
     * @param images in the set
     * @throws UserError that says how many it takes
     */
    public void requireEnough(int images) {
        String there = images == 1 ? "there is only 1." : "there are only " + images + ".";
        List<String> byNeighbors = metrics.stream()
                .filter(Metric::takesNeighbors)
                .map(Metric::title)
                .toList();
        if (images <= k && !byNeighbors.isEmpty()) {
            throw new UserError(String.join(", ", byNeighbors) + " with k = " + k + " "
                    + (byNeighbors.size() == 1 ? "takes" : "take") + " at least " + Count.of(k + 1, "image")
                    + " in each set; " + there);
        }
        if (images < 2) {
            throw new UserError("A covariance takes at least 2 images; " + there);
        }
    }

    public boolean asksFor(Metric metric) {
        return metrics.contains(metric);
    }
}
