package io.adm4j.harness.evaluation.features;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;

/** Some rows of a matrix as float32 around an origin, in memory that serves for one block after the other. */
public final class FeatureBlock {
    public static final int ROWS = 1024;

    private final FeatureMatrix features;
    private final double[] origin;
    private final Tensor memory;
    private final double[] lengths = new double[ROWS];
    private int from;
    private int count;

    public FeatureBlock(FeatureMatrix features, double[] origin) {
        this.features = features;
        this.origin = origin;
        this.memory = Tensor.zeros(ElementType.FLOAT32, Math.min(ROWS, features.rows()), features.columns());
    }

    /** Takes the rows from {@code first} on. */
    public FeatureBlock load(int first) {
        return load(first, Math.min(ROWS, features.rows() - first));
    }

    /** Takes some rows, at most {@link #ROWS}. */
    public FeatureBlock load(int first, int rows) {
        from = first;
        count = rows;
        features.shifted(from, from + count, origin, memory.floats(), lengths);
        return this;
    }

    /** Rows of the whole matrix. */
    int rows() {
        return features.rows();
    }

    public int from() {
        return from;
    }

    public int count() {
        return count;
    }

    /** The rows less the origin: [count, columns]. */
    Tensor values() {
        return memory.rows(0, count);
    }

    /** Squared distance from the origin of a row of the block. */
    public double length(int row) {
        return lengths[row];
    }
}
