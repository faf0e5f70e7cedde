package io.adm4j.harness.evaluation.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class SymmetricEigenTest {
    /** The second difference has the eigenvalues 2 - 2 cos(πk / (n + 1)). */
    @Test
    void matchesTheClosedForm() {
        int n = 50;
        double[] matrix = new double[n * n];
        double[] expected = new double[n];
        for (int i = 0; i < n; i++) {
            matrix[i * n + i] = 2;
            if (i > 0) {
                matrix[i * n + i - 1] = -1;
                matrix[(i - 1) * n + i] = -1;
            }
            expected[i] = 2 - 2 * Math.cos(Math.PI * (i + 1) / (n + 1));
        }

        assertArrayEquals(expected, SymmetricEigen.values(matrix, n), 1e-12);
    }
}
