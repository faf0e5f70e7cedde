package io.adm4j.harness.metrics;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Feature vectors, one a row, that grows row by row: float32, kept in blocks so that it may pass 2 GiB.
 */
public final class FeatureMatrix {
    private static final int BLOCK = 1024;

    private final int columns;
    private final List<float[]> blocks = new ArrayList<>();
    private int rows;

    /** @param columns length of a feature vector, at least 1 */
    public FeatureMatrix(int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("A feature vector has at least one element, not " + columns + ".");
        }
        this.columns = columns;
    }

    /** A matrix of the rows of a float32 tensor [N, columns]. */
    public static FeatureMatrix of(Tensor features) {
        FeatureMatrix matrix = new FeatureMatrix((int) features.dim(1));
        matrix.add(features.toFloatArray());
        return matrix;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Adds rows that lie one after the other. */
    public void add(float[] values) {
        if (values.length % columns != 0) {
            throw new IllegalArgumentException(
                    values.length + " values are no whole number of rows of " + columns + ".");
        }
        for (int from = 0; from < values.length; from += columns) {
            if (rows % BLOCK == 0) {
                blocks.add(new float[Math.multiplyExact(BLOCK, columns)]);
            }
            System.arraycopy(values, from, blocks.get(rows / BLOCK), rows % BLOCK * columns, columns);
            rows++;
        }
    }

    /** One element. */
    public float get(int row, int column) {
        return blocks.get(row / BLOCK)[row % BLOCK * columns + column];
    }

    /**
     * Rows {@code from} (inclusive) to {@code to} (exclusive), less {@code shift}, as float64 [to - from, columns].
     *
     * @param shift a vector of {@code columns} elements
     */
    Tensor shifted(int from, int to, double[] shift) {
        Tensor result = Tensor.zeros(ElementType.FLOAT64, to - from, columns);
        DoubleBuffer out = result.doubles();
        double[] line = new double[columns];
        for (int row = from; row < to; row++) {
            float[] block = blocks.get(row / BLOCK);
            int at = row % BLOCK * columns;
            for (int c = 0; c < columns; c++) {
                line[c] = block[at + c] - shift[c];
            }
            out.put(line);
        }
        return result;
    }
}
