package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/** The balls of {@link NeighborhoodScores}: float64 decides wherever rounding in float32 could, so these are the same. */
public final class ExactGroupedBalls implements GroupedBalls {
    private final int k;
    private final MatrixProducts products;
    private final InnerProducts inner;

    /** @param k neighbor whose distance is the radius, at least 1 */
    public ExactGroupedBalls(int k, MatrixProducts products) {
        this.k = k;
        this.products = products;
        this.inner = new InnerProducts(products);
    }

    @Override
    public Optional<double[]> radii(FeatureGroups set, int group) {
        FeatureMatrix own = set.group(group);
        double[] origin = own.mean();
        double rounding = NeighborhoodScores.rounding(own.columns());
        double[][] nearest = new double[own.rows()][k];
        for (double[] distances : nearest) {
            Arrays.fill(distances, Double.POSITIVE_INFINITY);
        }
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
                        if (least < nearest[point][k - 1] && !itself) {
                            BoundedNeighbors.offer(nearest[point], own.squaredDistance(point, other, b.from() + c));
                        }
                    }
                }
            });
        }
        return Optional.of(Arrays.stream(nearest)
                .mapToDouble(distances -> distances[k - 1])
                .toArray());
    }

    @Override
    public Members members(
            FeatureGroups reference, int group, double[] referenceRadii, FeatureGroups samples, double[] sampleRadii) {
        FeatureMatrix own = reference.group(group);
        double[] origin = own.mean();
        QuantizedRows ownRows = QuantizedRows.of(own, origin);
        BitSet sampleIsIn = new BitSet(samples.rows());
        BitSet referenceIsIn = new BitSet(own.rows());
        BitSet covered = new BitSet(own.rows());
        long balls = 0;
        for (int index = 0; index < samples.groups(); index++) {
            FeatureMatrix other = samples.group(index);
            int first = samples.from(index);
            double[] radii = Arrays.copyOfRange(sampleRadii, first, first + other.rows());
            BallMembers found = new BallMembers(own, other, referenceRadii, radii, origin, products);
            found.find(ownRows, QuantizedRows.of(other, origin), pairs -> {});
            mark(found.samples(), sampleIsIn, first);
            mark(found.reference(), referenceIsIn, 0);
            mark(found.covered(), covered, 0);
            balls += found.balls();
        }
        return new Members(sampleIsIn, referenceIsIn, covered, balls);
    }

    private static void mark(boolean[] found, BitSet points, int first) {
        for (int i = 0; i < found.length; i++) {
            if (found[i]) {
                points.set(first + i);
            }
        }
    }
}
