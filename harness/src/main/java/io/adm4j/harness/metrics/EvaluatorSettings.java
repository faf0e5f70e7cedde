package io.adm4j.harness.metrics;

/**
 * How scores are computed.
 *
 * @param k neighbour whose distance is the radius in precision and recall, at least 1
 * @param inceptionSplit pictures in a part of the Inception Score, at least 1
 * @param batchSize pictures that go through the network at once, at least 1
 */
public record EvaluatorSettings(int k, int inceptionSplit, int batchSize) {
    public EvaluatorSettings {
        if (k < 1 || inceptionSplit < 1 || batchSize < 1) {
            throw new IllegalArgumentException("The neighbour, the part's size and the batch size are at least 1.");
        }
    }

    /** Those of the published evaluator, in batches of 64. */
    public static EvaluatorSettings published() {
        return new EvaluatorSettings(PrecisionRecall.PUBLISHED_K, InceptionScore.PUBLISHED_SPLIT, 64);
    }
}
