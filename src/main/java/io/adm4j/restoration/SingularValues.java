package io.adm4j.restoration;

/**
 * The singular value decomposition A = U S V&#7488; of a small matrix, by rotations of pairs of columns until all are orthogonal
 * (Hestenes: "Inversion of Matrices by Biorthogonalization and Related Results", 1958).
 *
 * @param u columns of U by singular value; 0 for a singular value of 0
 * @param s singular values, in no order
 * @param v columns of V by singular value
 */
record SingularValues(double[][] u, double[] s, double[][] v) {
    /** Of the sum of squares: products of columns below it are rounding. */
    private static final double ROUNDING = 1e-15;

    private static final int MOST_SWEEPS = 100;

    /**
     * Decomposes a matrix.
     *
     * @param a rows of it; not modified
     */
    static SingularValues of(double[][] a) {
        int n = a[0].length;
        double[][] columns = transpose(a);
        double[][] v = new double[n][n];
        double squares = 0;
        for (int i = 0; i < n; i++) {
            v[i][i] = 1;
            squares += dot(columns[i], columns[i]);
        }
        boolean turned = true;
        for (int sweep = 0; turned; sweep++) {
            if (sweep == MOST_SWEEPS) {
                throw new ArithmeticException("A singular value decomposition does not converge.");
            }
            turned = false;
            for (int i = 0; i < n; i++) {
                for (int k = i + 1; k < n; k++) {
                    double product = dot(columns[i], columns[k]);
                    if (Math.abs(product) > ROUNDING * squares) {
                        turned = true;
                        double half = (dot(columns[k], columns[k]) - dot(columns[i], columns[i])) / (2 * product);
                        double tangent = Math.copySign(1, half) / (Math.abs(half) + Math.hypot(1, half));
                        double cosine = 1 / Math.hypot(1, tangent);
                        turn(columns[i], columns[k], cosine, cosine * tangent);
                        turn(v[i], v[k], cosine, cosine * tangent);
                    }
                }
            }
        }
        double[] s = new double[n];
        for (int i = 0; i < n; i++) {
            s[i] = Math.sqrt(dot(columns[i], columns[i]));
            for (int k = 0; k < columns[i].length; k++) {
                columns[i][k] = s[i] == 0 ? 0 : columns[i][k] / s[i];
            }
        }
        return new SingularValues(columns, s, v);
    }

    private static void turn(double[] a, double[] b, double cosine, double sine) {
        for (int i = 0; i < a.length; i++) {
            double old = a[i];
            a[i] = cosine * old - sine * b[i];
            b[i] = sine * old + cosine * b[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double[][] transpose(double[][] matrix) {
        double[][] transposed = new double[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int k = 0; k < transposed.length; k++) {
                transposed[k][i] = matrix[i][k];
            }
        }
        return transposed;
    }
}
