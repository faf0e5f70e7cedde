package io.adm4j.harness.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SphericalPathTest {
    @Test
    void anglesAreEvenAndLengthsStay() {
        Tensor path = SphericalPath.between(Tensor.of(new float[] {2, 0, 0, 2}, 2, 1, 1, 2), 4);

        assertArrayEquals(new long[] {4, 1, 1, 2}, path.shape());
        for (int k = 0; k < 4; k++) {
            assertEquals(2 * Math.cos(k * Math.PI / 6), path.floats().get(2 * k), 1e-6);
            assertEquals(2 * Math.sin(k * Math.PI / 6), path.floats().get(2 * k + 1), 1e-6);
        }
    }

    @Test
    void endsInOneDirectionAreJoinedStraight() {
        Tensor path = SphericalPath.between(Tensor.of(new float[] {1, 1, 3, 3}, 2, 1, 1, 2), 3);

        assertArrayEquals(new float[] {1, 1, 2, 2, 3, 3}, path.toFloatArray(), 1e-6f);
    }
}
