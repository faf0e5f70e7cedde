package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The rows of a matrix as small integers, for lower bounds of their squared distances ({@link DistanceBounds}): around an
 * origin, rotated so that their elements are of like size, a row is a scale times integers from -63 to 63 plus an error whose
 * length is known. Sums of products of such integers are exact, and quicker than those of float32.
 */
public final class QuantizedRows {
    /** Rows whose integers the nearest cache holds while they are multiplied; a part of {@link FeatureBlock#ROWS}. */
    static final int TILE = 256;
    /** Bytes outside the heap from which those of earlier rows are given back first: the collector looks at the heap alone. */
    private static final long LARGE = 64L << 20;

    /** Processors without instructions for it add two products in 16 bits: two of 127 · 63 do not overflow. */
    private static final int MOST = 63;
    /** From here on a loop is worth its start. */
    private static final int VECTOR = 16;
    /** By how much of itself a squared distance of the integers may surpass the true one, errors apart. */
    private static final double SHARE = 1 / 32.0;
    /** Centering and rotating by up to 2^17 columns round a row by less than this part of its length. */
    private static final double ROTATION_ROUNDING = 0x1p-19;
    /** A bound is computed in float32; this part of the squared lengths, and {@link Float#MIN_NORMAL}, are more than its rounding. */
    private static final double BOUND_ROUNDING = 0x1p-20;
    /** From here on float32 might overflow. */
    private static final double LONGEST = 1e37;

    private final int rows;
    private final int columns;
    /** The integers plus {@link MatrixProducts#ZERO_POINT}: uint8 [count, columns]. */
    private final List<Tensor> blocks = new ArrayList<>();

    private final float[] offsets;
    private final float[] scales;

    private QuantizedRows(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        if ((long) rows * columns >= LARGE) {
            System.gc();
        }
        this.offsets = new float[rows];
        this.scales = new float[rows];
        for (int from = 0; from < rows; from += FeatureBlock.ROWS) {
            int count = Math.min(FeatureBlock.ROWS, rows - from);
            blocks.add(Tensor.zeros(ElementType.UINT8, count, columns));
        }
    }

    /** @param origin as many elements as columns; the nearer to the rows, the better the bounds */
    public static QuantizedRows of(FeatureMatrix features, double[] origin) {
        return new QuantizedRows(features.rows(), features.columns())
                .fill((row, line) -> features.shiftedRow(row, origin, line), row -> 0);
    }

    /**
     * For bounds of what differs from the distances of rounded rows by an amount for each of the two.
     *
     * @param origin as many elements as columns; the nearer to the rows, the better the bounds
     * @param amount that a row adds to its bounds
     */
    public static QuantizedRows of(HalfRows features, double[] origin, IntToDoubleFunction amount) {
        return new QuantizedRows(features.rows(), features.columns())
                .fill((row, line) -> features.shiftedRow(row, origin, line), amount);
    }

    private QuantizedRows fill(RowReader reader, IntToDoubleFunction amount) {
        float[] signs = signs(columns);
        IntStream.range(0, blocks.size()).parallel().forEach(block -> fill(block, reader, amount, signs));
        return this;
    }

    /** These of some of the rows, in the order given. */
    public QuantizedRows select(int[] chosen) {
        QuantizedRows result = new QuantizedRows(chosen.length, columns);
        for (int r = 0; r < chosen.length; r++) {
            result.copy(this, chosen[r], r);
        }
        return result;
    }

    private void copy(QuantizedRows from, int row, int to) {
        byte[] line = new byte[columns];
        from.block(row).bytes().get(row % FeatureBlock.ROWS * columns, line);
        block(to).bytes().put(to % FeatureBlock.ROWS * columns, line);
        offsets[to] = from.offsets[row];
        scales[to] = from.scales[row];
    }

    /** Writes a row, less the origin. */
    @FunctionalInterface
    private interface RowReader {
        void read(int row, double[] line);
    }

    private static float[] signs(int columns) {
        SplittableRandom random = new SplittableRandom(1);
        float[] signs = new float[columns];
        for (int c = 0; c < columns; c++) {
            signs[c] = random.nextBoolean() ? 1 : -1;
        }
        return signs;
    }

    private void fill(int block, RowReader reader, IntToDoubleFunction amount, float[] signs) {
        int first = block * FeatureBlock.ROWS;
        int end = Math.min(rows, first + FeatureBlock.ROWS);
        ByteBuffer out = blocks.get(block).bytes();
        double[] centered = new double[columns];
        float[] line = new float[columns];
        byte[] integers = new byte[columns];
        for (int row = first; row < end; row++) {
            reader.read(row, centered);
            for (int c = 0; c < columns; c++) {
                line[c] = (float) centered[c] * signs[c];
            }
            rotate(line);
            quantize(line, row, amount.applyAsDouble(row), integers);
            out.put(integers);
        }
    }

    /** Walsh-Hadamard transforms of parts whose lengths are powers of two: an orthogonal map, which keeps distances. */
    private static void rotate(float[] line) {
        float[] lower = new float[line.length];
        float[] upper = new float[line.length];
        for (int from = 0; from < line.length; ) {
            int length = Integer.highestOneBit(line.length - from);
            for (int half = length / 2; half > 0; half /= 2) {
                for (int start = from; start < from + length; start += 2 * half) {
                    butterfly(line, start, half, lower, upper);
                }
            }
            float scale = (float) (1 / Math.sqrt(length));
            for (int i = from; i < from + length; i++) {
                line[i] *= scale;
            }
            from += length;
        }
    }

    /** Sums and differences of two parts; long ones from copies, so that loops can be vectorized. */
    private static void butterfly(float[] line, int start, int half, float[] lower, float[] upper) {
        if (half < VECTOR) {
            for (int i = start; i < start + half; i++) {
                float sum = line[i] + line[i + half];
                line[i + half] = line[i] - line[i + half];
                line[i] = sum;
            }
            return;
        }
        System.arraycopy(line, start, lower, 0, half);
        System.arraycopy(line, start + half, upper, 0, half);
        for (int i = 0; i < half; i++) {
            line[start + i] = lower[i] + upper[i];
        }
        for (int i = 0; i < half; i++) {
            line[start + half + i] = lower[i] - upper[i];
        }
    }

    private void quantize(float[] line, int row, double amount, byte[] out) {
        float largest = 0;
        for (float value : line) {
            largest = Math.max(largest, Math.abs(value));
        }
        float scale = largest / MOST;
        float inverse = largest > 0 ? MOST / largest : 0;
        double length = 0;
        double error = 0;
        double integers = 0;
        for (int c = 0; c < line.length; c++) {
            float value = line[c];
            // Casts round towards 0, so from above it; of tiny rows the inverse is infinite.
            int rounded = (int) (value * inverse + (MOST + 1.5f)) - (MOST + 1);
            int integer = Math.max(-MOST, Math.min(MOST, rounded));
            double rest = value - (double) scale * integer;
            length += (double) value * value;
            error += rest * rest;
            integers += integer * integer;
            out[c] = (byte) (integer + MatrixProducts.ZERO_POINT);
        }
        double lost = Math.sqrt(error) + ROTATION_ROUNDING * Math.sqrt(length);
        // With |x - y| <= d + e for integers' distance |x - y|, true distance d and errors' lengths e, and any share s:
        // d^2 >= |x - y|^2 / (1 + s) - e^2 / s, and e^2 is at most twice the sum of both rows' squared errors.
        double offset = (double) scale * scale * integers / (1 + SHARE)
                - 2 * lost * lost / SHARE
                + amount
                - BOUND_ROUNDING * (length + lost * lost + Math.abs(amount))
                - Float.MIN_NORMAL;
        boolean bounded = length + lost * lost < LONGEST;
        offsets[row] = bounded ? (float) offset : Float.NEGATIVE_INFINITY;
        scales[row] = bounded ? (float) (scale * Math.sqrt(2 / (1 + SHARE))) : 0;
    }

    public int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** The block of {@link FeatureBlock#ROWS} rows (the last may have fewer) that holds a row: uint8 [count, columns]. */
    Tensor block(int row) {
        return blocks.get(row / FeatureBlock.ROWS);
    }

    /** Tiles of {@link #TILE} rows; the last may have fewer. */
    int tiles() {
        return (rows + TILE - 1) / TILE;
    }

    /** The row after the last of a tile. */
    int tileEnd(int tile) {
        return Math.min(rows, (tile + 1) * TILE);
    }

    /** Writes the integers of the rows of a tile as columns: int8 [columns, count]. */
    void transpose(int tile, Tensor out) {
        int from = tile * TILE;
        int count = tileEnd(tile) - from;
        byte[] values = new byte[count * columns];
        block(from).bytes().get(from % FeatureBlock.ROWS * columns, values);
        byte[] line = new byte[count];
        ByteBuffer bytes = out.bytes();
        for (int c = 0; c < columns; c++) {
            for (int r = 0; r < count; r++) {
                line[r] = (byte) (values[r * columns + c] - MatrixProducts.ZERO_POINT);
            }
            bytes.put(line);
        }
    }

    /** What a row adds to a bound. */
    float offset(int row) {
        return offsets[row];
    }

    /** The factor of a row in products. */
    float scale(int row) {
        return scales[row];
    }
}
