package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.function.IntToDoubleFunction;

/** Feature vectors with Euclidean distances in float64. */
final class ExactPoints implements PointSet<ExactPoints> {
    /**
     * How far a squared distance from float32 inner products may be from the true one for each column, as a share of the two
     * squared lengths: a term is rounded when it is added, and a few times the features were when they were shifted.
     */
    private static final double ROUNDING = 0x1p-24;

    private final FeatureMatrix features;
    private final double[] origin;
    private final MatrixProducts products;
    private final QuantizedRows rows;

    /** @param origin near the features: distances do not change with it, but bounds are better near it */
    ExactPoints(FeatureMatrix features, double[] origin, MatrixProducts products) {
        this(features, origin, products, QuantizedRows.of(features, origin));
    }

    private ExactPoints(FeatureMatrix features, double[] origin, MatrixProducts products, QuantizedRows rows) {
        this.features = features;
        this.origin = origin;
        this.products = products;
        this.rows = rows;
    }

    @Override
    public QuantizedRows rows() {
        return rows;
    }

    @Override
    public ExactPoints select(int[] points) {
        return new ExactPoints(features.select(points), origin, products, rows.select(points));
    }

    @Override
    public PairDistances to(ExactPoints other) {
        return new Distances(other.features);
    }

    private final class Distances extends PairDistances {
        private final FeatureMatrix others;

        Distances(FeatureMatrix others) {
            this.others = others;
        }

        @Override
        double of(int point, int other) {
            return features.squaredDistance(point, others, other);
        }

        @Override
        IntToDoubleFunction from(int point) {
            return other -> of(point, other);
        }

        @Override
        Blocks newBlocks() {
            return new BlockProducts(
                    new FeatureBlock(features, origin),
                    new FeatureBlock(others, origin),
                    new InnerProducts(products),
                    ROUNDING * (features.columns() + 8));
        }
    }

    /** @param rounding by which a distance may be wrong, as a share of the two squared lengths */
    private record BlockProducts(FeatureBlock a, FeatureBlock b, InnerProducts inner, double rounding)
            implements PairDistances.Blocks {
        @Override
        public void each(int first, int count, int otherFirst, int otherCount, PairDistances.Interval interval) {
            inner.of(a.load(first, count), b.load(otherFirst, otherCount));
            for (int r = 0; r < count; r++) {
                float[] row = inner.row(r);
                for (int c = 0; c < otherCount; c++) {
                    double both = a.length(r) + b.length(c);
                    double distance = both - 2 * row[c];
                    interval.of(first + r, otherFirst + c, distance - rounding * both, distance + rounding * both);
                }
            }
        }
    }
}
