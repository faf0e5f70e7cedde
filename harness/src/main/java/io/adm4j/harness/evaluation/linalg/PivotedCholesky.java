package io.adm4j.harness.evaluation.linalg;

import java.util.stream.IntStream;

/**
 * {@code Pᵀ Σ P = L Lᵀ} of a symmetric positive semi-definite matrix, with the largest remaining diagonal element as
 * pivot (Higham 2009, "Cholesky factorization"). It stops where nothing but rounding is left, so that {@code L} has as
 * many columns as {@code Σ} has rank.
 */
public final class PivotedCholesky {
    private static final int WORTH_SHARING = 1 << 15;

    private final int[] order;
    private final double[][] rows;
    private final int rank;

    private PivotedCholesky(int[] order, double[][] rows, int rank) {
        this.order = order;
        this.rows = rows;
        this.rank = rank;
    }

    /**
     * @param matrix n x n elements, row by row; not modified
     */
    public static PivotedCholesky of(double[] matrix, int n) {
        int[] order = IntStream.range(0, n).toArray();
        double[][] rows = new double[n][n];
        double[] left = new double[n];
        double largest = 0;
        for (int i = 0; i < n; i++) {
            left[i] = matrix[i * n + i];
            largest = Math.max(largest, left[i]);
        }
        double nothing = n * Math.ulp(1.0) * largest;
        for (int j = 0; j < n; j++) {
            int pivot = j;
            for (int i = j + 1; i < n; i++) {
                pivot = left[i] > left[pivot] ? i : pivot;
            }
            if (!(left[pivot] > nothing)) {
                return new PivotedCholesky(order, rows, j);
            }
            swap(order, rows, left, j, pivot);
            step(matrix, n, order, rows, left, j);
        }
        return new PivotedCholesky(order, rows, n);
    }

    private static void swap(int[] order, double[][] rows, double[] left, int a, int b) {
        int place = order[a];
        order[a] = order[b];
        order[b] = place;
        double[] row = rows[a];
        rows[a] = rows[b];
        rows[b] = row;
        double value = left[a];
        left[a] = left[b];
        left[b] = value;
    }

    private static void step(double[] matrix, int n, int[] order, double[][] rows, double[] left, int j) {
        double[] pivotRow = rows[j];
        double diagonal = Math.sqrt(left[j]);
        pivotRow[j] = diagonal;
        int from = order[j] * n;
        IntStream below = IntStream.range(j + 1, n);
        ((n - j) * (long) j > WORTH_SHARING ? below.parallel() : below).forEach(i -> {
            double[] row = rows[i];
            row[j] = (matrix[from + order[i]] - dot(row, pivotRow, j)) / diagonal;
            left[i] -= row[j] * row[j];
        });
    }

    private static double dot(double[] a, double[] b, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int k = 0;
        for (; k + 3 < length; k += 4) {
            s0 += a[k] * b[k];
            s1 += a[k + 1] * b[k + 1];
            s2 += a[k + 2] * b[k + 2];
            s3 += a[k + 3] * b[k + 3];
        }
        for (; k < length; k++) {
            s0 += a[k] * b[k];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** Columns of the factor. */
    public int rank() {
        return rank;
    }

    /** {@code P L}: its rows in the order of the matrix; n x rank elements, row by row. */
    public double[] factor() {
        double[] factor = new double[order.length * rank];
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(rows[i], 0, factor, order[i] * rank, Math.min(rank, i + 1));
        }
        return factor;
    }
}
