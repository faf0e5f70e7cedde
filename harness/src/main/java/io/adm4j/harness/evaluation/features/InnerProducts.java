package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;

/** Inner products of the rows of two blocks, in memory that serves for one pair of blocks after the other. */
public final class InnerProducts {
    private final MatrixProducts products;
    private final Tensor memory = Tensor.zeros(ElementType.FLOAT32, (long) FeatureBlock.ROWS * FeatureBlock.ROWS);
    private Tensor current;
    private float[] line = new float[0];

    public InnerProducts(MatrixProducts products) {
        this.products = products;
    }

    public void compute(FeatureBlock a, FeatureBlock b) {
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
