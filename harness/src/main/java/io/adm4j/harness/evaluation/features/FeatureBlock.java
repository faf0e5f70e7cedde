package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.HalfSum;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;

/** Some rows of a matrix as float32 around an origin, in memory that serves for one block after the other. */
public final class FeatureBlock {
    public static final int ROWS = 1024;

    private final FeatureMatrix features;
    private final double[] origin;
    private final boolean half;
    private final Tensor memory;
    private final double[] lengths = new double[ROWS];
    private int from;
    private int count;

    public FeatureBlock(FeatureMatrix features, double[] origin) {
        this(features, origin, false);
    }

    private FeatureBlock(FeatureMatrix features, double[] origin, boolean half) {
        this.half = half;
        this.features = features;
        this.origin = origin;
        this.memory = Tensor.zeros(ElementType.FLOAT32, Math.min(ROWS, features.rows()), features.columns());
    }

    /** Rows whose values, their squares and the sums of these are rounded to float16. */
    public static FeatureBlock inHalf(FeatureMatrix features) {
        return new FeatureBlock(features, new double[features.columns()], true);
    }

    /** Takes the rows from {@code first} on. */
    public FeatureBlock load(int first) {
        from = first;
        count = Math.min(ROWS, features.rows() - first);
        features.shifted(from, from + count, origin, memory.floats(), lengths);
        if (half) {
            round();
        }
        return this;
    }

    private void round() {
        FloatBuffer values = memory.floats();
        int columns = features.columns();
        float[] squares = new float[columns];
        for (int row = 0; row < count; row++) {
            for (int c = 0; c < columns; c++) {
                float value = HalfFloat.rounded(values.get(row * columns + c));
                values.put(row * columns + c, value);
                squares[c] = HalfFloat.rounded(value * value);
            }
            lengths[row] = HalfSum.of(squares, 0, columns);
        }
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
