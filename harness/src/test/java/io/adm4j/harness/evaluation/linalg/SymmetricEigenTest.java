package io.adm4j.harness.evaluation.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
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

    /** Whether the machine has a LAPACK or not. */
    @Test
    void nothingIsPrinted() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        OfOneNumber.class.getName())
                .redirectErrorStream(true)
                .start();

        assertEquals("[2.0]", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        assertEquals(0, process.waitFor());
    }

    /** Prints the eigenvalue of a matrix with one element. */
    static final class OfOneNumber {
        private OfOneNumber() {}

        public static void main(String[] args) {
            System.out.println(Arrays.toString(SymmetricEigen.values(new double[] {2}, 1)));
        }
    }
}
