package io.adm4j.export.graph;

/**
 * The matrices of Winograd's algorithm F(4, 3): four neighboring outputs of a kernel of length 3 from six inputs by six products,
 * y = Aᵀ((G·kernel) ∘ (Bᵀ·x)), after Winograd 1980, "Arithmetic Complexity of Computations": the product of two polynomials is
 * known from its values at five points and its highest coefficient.
 */
final class WinogradMatrices {
    static final int OUTPUTS = 4;
    static final int KERNEL = 3;

    /** Inputs, and as many products. */
    static final int INPUTS = 6;

    /** With these, rounding errors are a quarter of those with the usual 0, 1, -1, 2, -2. */
    private static final double[] POINTS = {0, 0.75, -0.75, 1.5, -1.5};

    private WinogradMatrices() {}

    /** Aᵀ, [4][6]: outputs of products. */
    static double[][] output() {
        double[][] matrix = new double[OUTPUTS][INPUTS];
        for (int i = 0; i < OUTPUTS; i++) {
            for (int k = 0; k < POINTS.length; k++) {
                matrix[i][k] = Math.pow(POINTS[k], i);
            }
        }
        matrix[OUTPUTS - 1][INPUTS - 1] = 1;
        return matrix;
    }

    /** G, [6][3]: factors of products from a kernel. */
    static double[][] kernel() {
        double[][] matrix = new double[INPUTS][KERNEL];
        for (int i = 0; i < POINTS.length; i++) {
            double scale = 1;
            for (int k = 0; k < POINTS.length; k++) {
                scale *= k == i ? 1 : POINTS[i] - POINTS[k];
            }
            for (int k = 0; k < KERNEL; k++) {
                matrix[i][k] = Math.pow(POINTS[i], k) / scale;
            }
        }
        matrix[INPUTS - 1][KERNEL - 1] = 1;
        return matrix;
    }

    /** Bᵀ, [6][6]: factors of products from inputs. */
    static double[][] input() {
        double[][] matrix = new double[INPUTS][];
        for (int i = 0; i < INPUTS; i++) {
            matrix[i] = polynomialWithoutRoot(i);
        }
        return matrix;
    }

    /** Coefficients of ∏(x - point) over all points but one, from the lowest on; over all points for the last of [0, 5]. */
    private static double[] polynomialWithoutRoot(int excluded) {
        double[] coefficients = new double[INPUTS];
        coefficients[0] = 1;
        for (int k = 0; k < POINTS.length; k++) {
            if (k != excluded) {
                for (int i = INPUTS - 1; i >= 0; i--) {
                    coefficients[i] = (i == 0 ? 0 : coefficients[i - 1]) - POINTS[k] * coefficients[i];
                }
            }
        }
        return coefficients;
    }
}
