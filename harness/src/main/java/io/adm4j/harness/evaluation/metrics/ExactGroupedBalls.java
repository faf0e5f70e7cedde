package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Optional;

/** The balls of {@link NeighborhoodScores}. */
public final class ExactGroupedBalls extends BoundedGroupedBalls<ExactPoints> {
    /** @param k neighbor whose distance is the radius, at least 1 */
    public ExactGroupedBalls(int k, MatrixProducts products) {
        super(k, true, products);
    }

    @Override
    Optional<ExactPoints> points(FeatureMatrix features, double[] origin, MatrixProducts products) {
        return Optional.of(new ExactPoints(features, origin, products));
    }
}
