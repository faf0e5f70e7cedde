package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.HalfRows;
import io.adm4j.harness.evaluation.features.QuantizedRows;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/** Feature vectors with the distances of {@link PublishedPrecisionRecall}. */
final class PublishedPoints implements PointSet<PublishedPoints> {
    /** Squared lengths up to here cannot make a distance overflow. */
    private static final float LARGEST_LENGTH = HalfFloat.MAX_VALUE / 2;
    /**
     * By how much a published distance may be less than the sum of two squared lengths, less twice the inner product, as a share of
     * these lengths: twice the product is at most their sum, what is left after the subtraction at most twice that, and
     * after the addition too; each is off by 2^-11 of itself when rounded. A tenth more is for what float32 rounds.
     */
    private static final double ROUNDING = 5.1 * 0x1p-11;
    /** The same for numbers near 0, where float16 numbers are 2^-24 apart. */
    private static final double SMALLEST_ROUNDING = 0x1p-20;

    private final HalfRows features;
    private final MatrixProducts products;
    private final QuantizedRows rows;

    private PublishedPoints(HalfRows features, MatrixProducts products, QuantizedRows rows) {
        this.features = features;
        this.products = products;
        this.rows = rows;
    }

    /**
     * @param origin near the features
     * @return empty if the features are too large for float16
     */
    static Optional<PublishedPoints> of(FeatureMatrix features, double[] origin, MatrixProducts products) {
        HalfRows rows = HalfRows.of(features);
        for (int row = 0; row < rows.rows(); row++) {
            // Written so that NaN is too large.
            if (!(rows.length(row) <= LARGEST_LENGTH)) {
                return Optional.empty();
            }
        }
        return Optional.of(
                new PublishedPoints(rows, products, QuantizedRows.of(rows, origin, point -> amount(rows, point))));
    }

    /** What a point adds to a lower bound of the true distance, so that it bounds the published one. */
    private static double amount(HalfRows rows, int point) {
        double exact = rows.exactLength(point);
        double published = rows.length(point);
        return published - exact - ROUNDING * Math.max(exact, published) - SMALLEST_ROUNDING;
    }

    @Override
    public QuantizedRows rows() {
        return rows;
    }

    @Override
    public PublishedPoints select(int[] points) {
        return new PublishedPoints(features.select(points), products, rows.select(points));
    }

    @Override
    public PairDistances to(PublishedPoints other) {
        return new Distances(other.features);
    }

    /** The squared distance of two points, rounded step by step; which of them comes first matters. */
    private static float distance(float length, float otherLength, float product) {
        float difference = HalfFloat.rounded(length - 2 * HalfFloat.rounded(product));
        return Math.max(HalfFloat.rounded(difference + otherLength), 0);
    }

    private final class Distances extends PairDistances {
        private final HalfRows others;

        Distances(HalfRows others) {
            this.others = others;
        }

        @Override
        IntToDoubleFunction from(int point) {
            IntToDoubleFunction inner = features.products(point, others);
            return other -> distance(point, other, inner.applyAsDouble(other));
        }

        @Override
        double of(int point, int other) {
            return distance(point, other, features.product(point, others, other));
        }

        private double distance(int point, int other, double product) {
            return PublishedPoints.distance(features.length(point), others.length(other), (float) product);
        }

        @Override
        Blocks newBlocks() {
            return new BlockProducts(features, others, products);
        }
    }

    /** Inner products of blocks in float64, by a library whose order of sums is its own. */
    private static final class BlockProducts implements PairDistances.Blocks {
        private final HalfRows features;
        private final HalfRows others;
        private final MatrixProducts products;
        private final Tensor a;
        private final Tensor b;
        private final Tensor inner;
        /** Two sums of as many products in different orders differ by less than this share of the squared lengths. */
        private final double rounding;

        BlockProducts(HalfRows features, HalfRows others, MatrixProducts products) {
            this.features = features;
            this.others = others;
            this.products = products;
            int rows = Math.min(FeatureBlock.ROWS, features.rows());
            int otherRows = Math.min(FeatureBlock.ROWS, others.rows());
            this.a = Tensor.zeros(ElementType.FLOAT64, rows, features.columns());
            this.b = Tensor.zeros(ElementType.FLOAT64, otherRows, features.columns());
            this.inner = Tensor.zeros(ElementType.FLOAT64, (long) rows * otherRows);
            this.rounding = features.columns() * 0x1p-52;
        }

        @Override
        public void each(int first, int count, int otherFirst, int otherCount, PairDistances.Interval interval) {
            load(features, first, count, a);
            load(others, otherFirst, otherCount, b);
            Tensor current = inner.rows(0, (long) count * otherCount).reshape(count, otherCount);
            products.ofRows(a.rows(0, count), b.rows(0, otherCount), current);
            DoubleBuffer values = current.doubles();
            for (int point = first; point < first + count; point++) {
                float length = features.length(point);
                for (int other = otherFirst; other < otherFirst + otherCount; other++) {
                    double product = values.get();
                    double off = rounding * (features.exactLength(point) + others.exactLength(other));
                    float otherLength = others.length(other);
                    interval.of(
                            point,
                            other,
                            distance(length, otherLength, (float) (product + off)),
                            distance(length, otherLength, (float) (product - off)));
                }
            }
        }

        private static void load(HalfRows rows, int first, int count, Tensor block) {
            DoubleBuffer out = block.doubles();
            float[] line = new float[rows.columns()];
            for (int row = first; row < first + count; row++) {
                rows.read(row, line);
                for (float value : line) {
                    out.put(value);
                }
            }
        }
    }
}
