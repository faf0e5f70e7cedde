package io.adm4j.restoration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SingularValuesTest {
    @Test
    void theProductIsTheMatrix() {
        for (int[] shape : new int[][] {{5, 5}, {7, 3}, {3, 7}, {1, 1}}) {
            Random random = new Random(1);
            double[][] matrix = new double[shape[0]][shape[1]];
            for (double[] row : matrix) {
                Arrays.setAll(row, i -> random.nextGaussian());
            }
            // Less than full rank.
            matrix[shape[0] - 1] = matrix[0].clone();
            SingularValues found = SingularValues.of(matrix);
            int n = shape[1];
            for (int y = 0; y < shape[0]; y++) {
                for (int x = 0; x < n; x++) {
                    double sum = 0;
                    for (int i = 0; i < n; i++) {
                        sum += found.u()[i][y] * found.s()[i] * found.v()[i][x];
                    }
                    assertEquals(matrix[y][x], sum, 1e-12);
                }
            }
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < n; k++) {
                    assertEquals(i == k ? 1 : 0, dot(found.v()[i], found.v()[k]), 1e-12);
                    if (found.s()[i] > 1e-6 && found.s()[k] > 1e-6) {
                        assertEquals(i == k ? 1 : 0, dot(found.u()[i], found.u()[k]), 1e-12);
                    }
                }
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void knownValuesAreFound() {
        double[] s = SingularValues.of(new double[][] {{3, 0}, {4, 5}}).s();
        Arrays.sort(s);
        assertArrayEquals(new double[] {Math.sqrt(5), 3 * Math.sqrt(5)}, s, 1e-12);
    }
}
