package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/** The balls of {@link NeighborhoodScores}: float64 decides wherever rounding in float32 could, so these are the same. */
public final class ExactGroupedBalls implements GroupedBalls {
    private final int k;
    private final InnerProducts inner;

    /** @param k neighbor whose distance is the radius, at least 1 */
    public ExactGroupedBalls(int k, MatrixProducts products) {
        this.k = k;
        this.inner = new InnerProducts(products);
    }

    @Override
    public Optional<double[]> radii(FeatureGroups set, int group) {
        FeatureMatrix own = set.group(group);
        double[] origin = own.mean();
        double rounding = NeighborhoodScores.rounding(own.columns());
        double[] nearest = new double[Math.multiplyExact(own.rows(), k)];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        for (int g = 0; g < set.groups(); g++) {
            // Its own group first: its neighbors there spare most of those elsewhere.
            int index = (group + g) % set.groups();
            FeatureMatrix other = g == 0 ? own : set.group(index);
            inner.between(new FeatureBlock(own, origin), new FeatureBlock(other, origin), pairs -> {}, (a, b) -> {
                for (int r = 0; r < a.count(); r++) {
                    int point = a.from() + r;
                    float[] products = inner.row(r);
                    double length = a.length(r);
                    for (int c = 0; c < b.count(); c++) {
                        double both = length + b.length(c);
                        double least = both - 2 * products[c] - rounding * both;
                        boolean itself = other == own && point == b.from() + c;
                        if (least < nearest[point * k + k - 1] && !itself) {
                            offer(nearest, point * k, own.squaredDistance(point, other, b.from() + c));
                        }
                    }
                }
            });
        }
        double[] radii = new double[own.rows()];
        for (int point = 0; point < radii.length; point++) {
            radii[point] = nearest[point * k + k - 1];
        }
        return Optional.of(radii);
    }

    /** Keeps a distance if it is among the smallest so far, which are ascending. */
    private void offer(double[] nearest, int first, double distance) {
        int at = first + k - 1;
        if (distance < nearest[at]) {
            while (at > first && nearest[at - 1] > distance) {
                nearest[at] = nearest[at - 1];
                at--;
            }
            nearest[at] = distance;
        }
    }

    @Override
    public Members members(
            FeatureGroups reference, int group, double[] referenceRadii, FeatureGroups samples, double[] sampleRadii) {
        FeatureMatrix own = reference.group(group);
        double[] origin = own.mean();
        double rounding = NeighborhoodScores.rounding(own.columns());
        BitSet sampleIsIn = new BitSet(samples.rows());
        BitSet referenceIsIn = new BitSet(own.rows());
        BitSet covered = new BitSet(own.rows());
        long[] balls = {0};
        for (int index = 0; index < samples.groups(); index++) {
            FeatureMatrix other = samples.group(index);
            int first = samples.from(index);
            inner.between(new FeatureBlock(own, origin), new FeatureBlock(other, origin), pairs -> {}, (a, b) -> {
                for (int r = 0; r < a.count(); r++) {
                    int image = a.from() + r;
                    float[] products = inner.row(r);
                    double length = a.length(r);
                    double radius = referenceRadii[image];
                    for (int c = 0; c < b.count(); c++) {
                        int sample = first + b.from() + c;
                        double both = length + b.length(c);
                        double margin = rounding * both;
                        double distance = both - 2 * products[c];
                        double otherRadius = sampleRadii[sample];
                        if (distance > Math.max(radius, otherRadius) + margin) {
                            continue;
                        }
                        if (Math.abs(distance - radius) <= margin || Math.abs(distance - otherRadius) <= margin) {
                            distance = own.squaredDistance(image, other, b.from() + c);
                        }
                        if (distance <= radius) {
                            sampleIsIn.set(sample);
                        }
                        if (distance <= otherRadius) {
                            referenceIsIn.set(image);
                        }
                        if (distance < radius) {
                            covered.set(image);
                            balls[0]++;
                        }
                    }
                }
            });
        }
        return new Members(sampleIsIn, referenceIsIn, covered, balls[0]);
    }
}
