package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/**
 * The balls of {@link PublishedPrecisionRecall}. Which of two blocks comes first in a product decides how it is rounded, so they
 * come in the order that they have there.
 */
public final class PublishedGroupedBalls implements GroupedBalls {
    private final int k;
    private final InnerProducts inner;

    /** @param k neighbor whose distance is the radius, at least 1 */
    public PublishedGroupedBalls(int k, MatrixProducts products) {
        this.k = k;
        this.inner = new InnerProducts(products);
    }

    @Override
    public Optional<double[]> radii(FeatureGroups set, int group) {
        FeatureMatrix own = set.group(group);
        if (PublishedPrecisionRecall.overflows(own)) {
            return Optional.empty();
        }
        int kept = k + 1;
        float[] nearest = new float[Math.multiplyExact(own.rows(), kept)];
        Arrays.fill(nearest, Float.POSITIVE_INFINITY);
        for (int other = 0; other < set.groups(); other++) {
            if (other == group) {
                PublishedPrecisionRecall.nearestWithin(own, nearest, kept, inner, pairs -> {});
            } else {
                boolean before = other < group;
                FeatureBlock mine = FeatureBlock.inHalf(own);
                FeatureBlock others = FeatureBlock.inHalf(set.group(other));
                inner.between(before ? others : mine, before ? mine : others, pairs -> {}, (a, b) -> {
                    for (int r = 0; r < a.count(); r++) {
                        float[] row = inner.row(r);
                        for (int c = 0; c < b.count(); c++) {
                            int point = before ? b.from() + c : a.from() + r;
                            float distance = before
                                    ? PublishedPrecisionRecall.distance(b.length(c), a.length(r), row[c])
                                    : PublishedPrecisionRecall.distance(a.length(r), b.length(c), row[c]);
                            PublishedPrecisionRecall.offer(nearest, point * kept, kept, distance);
                        }
                    }
                });
            }
        }
        double[] radii = new double[own.rows()];
        for (int point = 0; point < radii.length; point++) {
            radii[point] = nearest[point * kept + k];
        }
        return Optional.of(radii);
    }

    @Override
    public Members members(
            FeatureGroups reference, int group, double[] referenceRadii, FeatureGroups samples, double[] sampleRadii) {
        FeatureMatrix own = reference.group(group);
        BitSet sampleIsIn = new BitSet(samples.rows());
        BitSet referenceIsIn = new BitSet(own.rows());
        for (int other = 0; other < samples.groups(); other++) {
            int first = samples.from(other);
            inner.between(FeatureBlock.inHalf(own), FeatureBlock.inHalf(samples.group(other)), pairs -> {}, (a, b) -> {
                for (int r = 0; r < a.count(); r++) {
                    int image = a.from() + r;
                    float[] row = inner.row(r);
                    for (int c = 0; c < b.count(); c++) {
                        int sample = first + b.from() + c;
                        float distance = PublishedPrecisionRecall.distance(a.length(r), b.length(c), row[c]);
                        if (distance <= referenceRadii[image]) {
                            sampleIsIn.set(sample);
                        }
                        if (distance <= sampleRadii[sample]) {
                            referenceIsIn.set(image);
                        }
                    }
                }
            });
        }
        return new Members(sampleIsIn, referenceIsIn, new BitSet(), 0);
    }
}
