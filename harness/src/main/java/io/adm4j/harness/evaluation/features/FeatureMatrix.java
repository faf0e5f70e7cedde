package io.adm4j.harness.evaluation.features;

import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Feature vectors, one a row, that grows row by row: float32, kept in blocks so that it may pass 2 GiB.
 */
public final class FeatureMatrix {
    /** Elements of a block: with its header, half of the garbage collector's smallest region, above which space is lost to whole regions. */
    private static final int BLOCK_ELEMENTS = (1 << 17) - 4;

    private final int columns;
    private final int blockRows;
    private final List<float[]> blocks = new ArrayList<>();
    private int rows;

    /** @param columns length of a feature vector, at least 1 */
    public FeatureMatrix(int columns) {
        if (columns < 1) {
            throw new IllegalArgumentException("A feature vector has at least one element, not " + columns + ".");
        }
        this.columns = columns;
        this.blockRows = Math.max(1, BLOCK_ELEMENTS / columns);
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

    /** Adds rows, stored one after the other. */
    public void add(float[] values) {
        if (values.length % columns != 0) {
            throw new IllegalArgumentException(
                    values.length + " values are no whole number of rows of " + columns + ".");
        }
        for (int from = 0; from < values.length; from += columns) {
            if (rows % blockRows == 0) {
                blocks.add(new float[Math.multiplyExact(blockRows, columns)]);
            }
            System.arraycopy(values, from, blocks.get(rows / blockRows), rows % blockRows * columns, columns);
            rows++;
        }
    }

    /** One element. */
    public float get(int row, int column) {
        return blocks.get(row / blockRows)[row % blockRows * columns + column];
    }

    /**
     * Writes rows {@code from} (inclusive) to {@code to} (exclusive), less {@code shift}, one after the other.
     *
     * @param shift a vector of {@code columns} elements
     * @param out its position moves on
     */
    public void shifted(int from, int to, double[] shift, DoubleBuffer out) {
        double[] line = new double[columns];
        for (int row = from; row < to; row++) {
            shiftedRow(row, shift, line);
            out.put(line);
        }
    }

    /**
     * As {@link #shifted(int, int, double[], DoubleBuffer)}, rounded to float32.
     *
     * @param lengths receives the squared length of each row as written
     */
    public void shifted(int from, int to, double[] shift, FloatBuffer out, double[] lengths) {
        float[] line = new float[columns];
        for (int row = from; row < to; row++) {
            float[] block = blocks.get(row / blockRows);
            int at = row % blockRows * columns;
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                line[c] = (float) (block[at + c] - shift[c]);
                sum += (double) line[c] * line[c];
            }
            out.put(line);
            lengths[row - from] = sum;
        }
    }

    /** Writes one row. */
    public void read(int row, float[] line) {
        System.arraycopy(blocks.get(row / blockRows), row % blockRows * columns, line, 0, columns);
    }

    /** One row less {@code shift}, into {@code line}. */
    public void shiftedRow(int row, double[] shift, double[] line) {
        float[] block = blocks.get(row / blockRows);
        int at = row % blockRows * columns;
        for (int c = 0; c < columns; c++) {
            line[c] = block[at + c] - shift[c];
        }
    }

    /** Squared Euclidean distance of a row to a row of another matrix with as many columns. */
    public double squaredDistance(int row, FeatureMatrix other, int otherRow) {
        float[] a = blocks.get(row / blockRows);
        float[] b = other.blocks.get(otherRow / blockRows);
        int i = row % blockRows * columns;
        int j = otherRow % blockRows * columns;
        // Four sums, so that an addition need not wait for the one before.
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int c = 0;
        for (; c + 3 < columns; c += 4) {
            double d0 = (double) a[i + c] - b[j + c];
            double d1 = (double) a[i + c + 1] - b[j + c + 1];
            double d2 = (double) a[i + c + 2] - b[j + c + 2];
            double d3 = (double) a[i + c + 3] - b[j + c + 3];
            sum0 += d0 * d0;
            sum1 += d1 * d1;
            sum2 += d2 * d2;
            sum3 += d3 * d3;
        }
        for (; c < columns; c++) {
            double difference = (double) a[i + c] - b[j + c];
            sum0 += difference * difference;
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    /** The mean of all rows. */
    public double[] mean() {
        double[] sum = new double[columns];
        for (int row = 0; row < rows; row++) {
            float[] block = blocks.get(row / blockRows);
            int at = row % blockRows * columns;
            for (int c = 0; c < columns; c++) {
                sum[c] += block[at + c];
            }
        }
        for (int c = 0; c < columns; c++) {
            sum[c] /= rows;
        }
        return sum;
    }

    /** A matrix of some of the rows, in the order given. */
    public FeatureMatrix select(int[] chosen) {
        FeatureMatrix result = new FeatureMatrix(columns);
        float[] line = new float[columns];
        for (int row : chosen) {
            read(row, line);
            result.add(line);
        }
        return result;
    }
}
