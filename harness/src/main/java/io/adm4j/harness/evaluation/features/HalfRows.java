package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.HalfSum;
import io.adm4j.tensor.HalfFloat;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Feature vectors as the published evaluator compares them: rounded to float16, with squared lengths that are sums in float16 of
 * squares in float16.
 */
public final class HalfRows {
    /** A float16 number whose bits are taken for a float64 number's is as much too small, since exponents are counted from -1023. */
    private static final double BIAS = 0x1p1008;

    private final int columns;
    private final short[][] values;
    private final float[] lengths;
    private final double[] exactLengths;

    private HalfRows(int rows, int columns) {
        this.columns = columns;
        this.values = new short[rows][];
        this.lengths = new float[rows];
        this.exactLengths = new double[rows];
    }

    /** The rows of a matrix. */
    public static HalfRows of(FeatureMatrix features) {
        HalfRows rows = new HalfRows(features.rows(), features.columns());
        IntStream.range(0, features.rows()).parallel().forEach(row -> rows.set(row, features));
        return rows;
    }

    private void set(int row, FeatureMatrix features) {
        short[] halves = new short[columns];
        float[] squares = new float[columns];
        features.read(row, squares);
        double length = 0;
        for (int c = 0; c < columns; c++) {
            float value = HalfFloat.rounded(squares[c]);
            halves[c] = HalfFloat.bits(value);
            length += (double) value * value;
            squares[c] = HalfFloat.rounded(value * value);
        }
        values[row] = halves;
        lengths[row] = HalfSum.of(squares, 0, columns);
        exactLengths[row] = length;
    }

    /** Some of the rows, in the order given. */
    public HalfRows select(int[] chosen) {
        HalfRows rows = new HalfRows(chosen.length, columns);
        for (int r = 0; r < chosen.length; r++) {
            rows.values[r] = values[chosen[r]];
            rows.lengths[r] = lengths[chosen[r]];
            rows.exactLengths[r] = exactLengths[chosen[r]];
        }
        return rows;
    }

    public int rows() {
        return values.length;
    }

    public int columns() {
        return columns;
    }

    /** The squared length of a row, a float16 number: infinite or NaN if the values are too large. */
    public float length(int row) {
        return lengths[row];
    }

    /** The squared length of the rounded values of a row, in float64. */
    public double exactLength(int row) {
        return exactLengths[row];
    }

    /** Writes the values of a row, whose length is finite. */
    public void read(int row, float[] line) {
        short[] halves = values[row];
        for (int c = 0; c < columns; c++) {
            line[c] = (float) value(halves[c]);
        }
    }

    /** As {@link #read}, less {@code shift}. */
    void shiftedRow(int row, double[] shift, double[] line) {
        short[] halves = values[row];
        for (int c = 0; c < columns; c++) {
            line[c] = value(halves[c]) - shift[c];
        }
    }

    private static double value(short half) {
        return BIAS * tiny(half);
    }

    /** A number without a conversion: its bits as those of a float64 number. */
    private static double tiny(short half) {
        return Double.longBitsToDouble((long) half << 42 & 0x81ff_fc00_0000_0000L);
    }

    /** Inner products of a row with rows of a set, as {@link #product} has them, for many of the set. */
    public IntToDoubleFunction products(int row, HalfRows others) {
        short[] halves = values[row];
        double[] factors = new double[columns];
        for (int c = 0; c < columns; c++) {
            factors[c] = BIAS * value(halves[c]);
        }
        return other -> others.product(factors, other);
    }

    /** The product of two float16 numbers is a float64 number, so that only the sum is rounded. */
    private double product(double[] factors, int row) {
        short[] halves = values[row];
        // Four sums, so that an addition need not wait for the one before.
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int c = 0;
        for (; c + 3 < columns; c += 4) {
            sum0 += factors[c] * tiny(halves[c]);
            sum1 += factors[c + 1] * tiny(halves[c + 1]);
            sum2 += factors[c + 2] * tiny(halves[c + 2]);
            sum3 += factors[c + 3] * tiny(halves[c + 3]);
        }
        for (; c < columns; c++) {
            sum0 += factors[c] * tiny(halves[c]);
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    /**
     * The inner product of a row with one of a set, both of finite length, added up in float64: the same on every processor.
     */
    public double product(int row, HalfRows others, int otherRow) {
        short[] a = values[row];
        short[] b = others.values[otherRow];
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int c = 0;
        for (; c + 3 < columns; c += 4) {
            sum0 += value(a[c]) * value(b[c]);
            sum1 += value(a[c + 1]) * value(b[c + 1]);
            sum2 += value(a[c + 2]) * value(b[c + 2]);
            sum3 += value(a[c + 3]) * value(b[c + 3]);
        }
        for (; c < columns; c++) {
            sum0 += value(a[c]) * value(b[c]);
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }
}
