package io.adm4j.spark;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.metrics.ExactGroupedBalls;
import io.adm4j.harness.evaluation.metrics.GroupedBalls;
import io.adm4j.harness.evaluation.metrics.PublishedGroupedBalls;
import java.io.Serializable;

/**
 * How the balls of neighborhoods are found on an executor.
 *
 * @param asPublished whether distances are those of the published evaluator
 * @param k of the neighbor to which a ball reaches
 * @param threads to compute with; 0 for all
 */
record BallRule(boolean asPublished, int k, int threads) implements Serializable {
    /** For one task. */
    GroupedBalls open() {
        MatrixProducts products = ExecutorState.products(threads);
        return asPublished ? new PublishedGroupedBalls(k, products) : new ExactGroupedBalls(k, products);
    }
}
