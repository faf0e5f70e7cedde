package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.HalfSum;
import io.adm4j.tensor.HalfFloat;
import java.util.stream.IntStream;

/**
 * Feature vectors as the published evaluator compares them: their values are rounded to float16, and so are the squares of these and
 * the sums of the squares. Values are rounded whenever they are read, so that a set is in memory once.
 */
public final class HalfRows {
    private final FeatureMatrix features;
    private final float[] lengths;
    private final double[] exactLengths;

    private HalfRows(FeatureMatrix features) {
        this.features = features;
        this.lengths = new float[features.rows()];
        this.exactLengths = new double[features.rows()];
    }

    /** The rows of a matrix. */
    public static HalfRows of(FeatureMatrix features) {
        HalfRows rows = new HalfRows(features);
        IntStream.range(0, features.rows()).parallel().forEach(rows::measure);
        return rows;
    }

    private void measure(int row) {
        float[] line = new float[columns()];
        read(row, line);
        double length = 0;
        for (int c = 0; c < line.length; c++) {
            length += (double) line[c] * line[c];
            line[c] = HalfFloat.rounded(line[c] * line[c]);
        }
        lengths[row] = HalfSum.of(line, 0, line.length);
        exactLengths[row] = length;
    }

    /** Some of the rows, in the order given. */
    public HalfRows select(int[] chosen) {
        return of(features.select(chosen));
    }

    public int rows() {
        return features.rows();
    }

    public int columns() {
        return features.columns();
    }

    /** The squared length of a row, a float16 number: infinite or NaN if the values are too large. */
    public float length(int row) {
        return lengths[row];
    }

    /** The squared length of the rounded values of a row, in float64. */
    public double exactLength(int row) {
        return exactLengths[row];
    }

    /** Writes the rounded values of a row. */
    public void read(int row, float[] line) {
        float[] block = features.block(row);
        int at = features.at(row);
        for (int c = 0; c < line.length; c++) {
            line[c] = HalfFloat.rounded(block[at + c]);
        }
    }

    /** As {@link #read}, less {@code shift}. */
    void shiftedRow(int row, double[] shift, double[] line) {
        float[] block = features.block(row);
        int at = features.at(row);
        for (int c = 0; c < line.length; c++) {
            line[c] = HalfFloat.rounded(block[at + c]) - shift[c];
        }
    }

    /** The inner product of some values with the rounded ones of a row, added up in float64: the same on every processor. */
    public double product(float[] line, int row) {
        float[] block = features.block(row);
        int at = features.at(row);
        // Four sums, so that an addition need not wait for the one before.
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int c = 0;
        for (; c + 3 < line.length; c += 4) {
            sum0 += (double) line[c] * HalfFloat.rounded(block[at + c]);
            sum1 += (double) line[c + 1] * HalfFloat.rounded(block[at + c + 1]);
            sum2 += (double) line[c + 2] * HalfFloat.rounded(block[at + c + 2]);
            sum3 += (double) line[c + 3] * HalfFloat.rounded(block[at + c + 3]);
        }
        for (; c < line.length; c++) {
            sum0 += (double) line[c] * HalfFloat.rounded(block[at + c]);
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }
}
