package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.function.LongConsumer;

/** Inner products of the rows of two blocks, in memory that serves for one pair of blocks after the other. */
public final class InnerProducts {
    private final MatrixProducts products;
    private final Tensor memory = Tensor.zeros(ElementType.FLOAT32, (long) FeatureBlock.ROWS * FeatureBlock.ROWS);
    private Tensor current;
    private float[] line = new float[0];

    public InnerProducts(MatrixProducts products) {
        this.products = products;
    }

    /** Takes a pair of blocks whose products were computed. */
    @FunctionalInterface
    public interface Pair {
        void of(FeatureBlock a, FeatureBlock b);
    }

    /**
     * The products of each row of one matrix with each of another.
     *
     * @param a block of the first matrix; modified
     * @param b block of the second matrix; modified
     * @param pairs receives the number of pairs of rows after each pair of blocks
     */
    public void between(FeatureBlock a, FeatureBlock b, LongConsumer pairs, Pair each) {
        for (int i = 0; i < a.rows(); i += FeatureBlock.ROWS) {
            a.load(i);
            for (int j = 0; j < b.rows(); j += FeatureBlock.ROWS) {
                compute(a, b.load(j), pairs, each);
            }
        }
    }

    /**
     * The products of the rows of one matrix with each other: of a block with itself, and of two blocks once.
     *
     * @param a a block of the matrix; modified
     * @param b another block of it; modified
     * @param pairs receives the number of pairs of rows after each pair of blocks
     * @param each takes the same block twice for products of a block with itself
     */
    public void within(FeatureBlock a, FeatureBlock b, LongConsumer pairs, Pair each) {
        for (int i = 0; i < a.rows(); i += FeatureBlock.ROWS) {
            a.load(i);
            for (int j = i; j < a.rows(); j += FeatureBlock.ROWS) {
                compute(a, i == j ? a : b.load(j), pairs, each);
            }
        }
    }

    private void compute(FeatureBlock a, FeatureBlock b, LongConsumer pairs, Pair each) {
        of(a, b);
        each.of(a, b);
        pairs.accept((long) a.count() * b.count());
    }

    /** The products of each row that one block holds with each of another. */
    public void of(FeatureBlock a, FeatureBlock b) {
        current = memory.rows(0, (long) a.count() * b.count()).reshape(a.count(), b.count());
        products.ofRows(a.values(), b.values(), current);
        if (line.length != b.count()) {
            line = new float[b.count()];
        }
    }

    /** Those of one row of the first block with all of the second; valid until the next call. */
    public float[] row(int row) {
        current.floats().get(row * line.length, line);
        return line;
    }
}
