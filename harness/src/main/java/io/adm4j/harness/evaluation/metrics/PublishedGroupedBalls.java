package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Optional;

/** The balls of {@link PublishedPrecisionRecall}; those without radii are of features that are too large for float16. */
public final class PublishedGroupedBalls extends BoundedGroupedBalls<PublishedPoints> {
    /** @param k neighbor whose distance is the radius, at least 1 */
    public PublishedGroupedBalls(int k, MatrixProducts products) {
        super(k, false, products);
    }

    @Override
    Optional<PublishedPoints> points(FeatureMatrix features, double[] origin, MatrixProducts products) {
        return PublishedPoints.of(features, origin, products);
    }
}
