package io.adm4j.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorTest {
    @Test
    void elementsAreCopiedInAndOut() {
        float[] values = {1, 2, 3, 4, 5, 6};
        Tensor tensor = Tensor.of(values, 2, 3);
        values[0] = 9;
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, tensor.toFloatArray());
        assertEquals(6, tensor.size());
        assertEquals(2, tensor.rank());
        assertEquals(3, tensor.dim(1));
        tensor.shape()[0] = 9;
        assertArrayEquals(new long[] {2, 3}, tensor.shape());
        assertEquals("FLOAT32[2, 3]", tensor.toString());
        assertArrayEquals(new double[] {0.5}, Tensor.of(new double[] {0.5}).toDoubleArray());
        assertArrayEquals(new long[] {7, 8}, Tensor.of(new long[] {7, 8}, 2).toLongArray());
    }

    @Test
    void viewsShareTheMemoryInLittleEndianOrder() {
        Tensor tensor = Tensor.zeros(ElementType.INT32, 2);
        tensor.ints().put(1, 0x01020304);
        assertArrayEquals(new byte[] {0, 0, 0, 0, 4, 3, 2, 1}, tensor.toByteArray());
        tensor.bytes().getInt();
        assertEquals(0, tensor.bytes().position());
        assertThrows(IllegalStateException.class, tensor::floats);
        assertThrows(IllegalStateException.class, tensor::doubles);
        assertThrows(IllegalStateException.class, tensor::longs);
        assertThrows(IllegalStateException.class, Tensor.of(new long[1], 1)::ints);
    }

    /** Direct memory is used in place, other memory is copied. */
    @Test
    void existingMemoryIsWrapped() {
        ByteBuffer direct = ByteBuffer.allocateDirect(6).position(2);
        Tensor shared = Tensor.wrap(ElementType.UINT8, direct, 4);
        direct.put(2, (byte) 5);
        assertEquals(5, shared.bytes().get(0));
        assertEquals(2, direct.position());
        byte[] array = {1, 2, 3, 4};
        ByteBuffer onHeap = ByteBuffer.wrap(array);
        Tensor copied = Tensor.wrap(ElementType.UINT8, onHeap, 2, 2);
        array[0] = 9;
        assertArrayEquals(new byte[] {1, 2, 3, 4}, copied.toByteArray());
        assertEquals(0, onHeap.position());
        assertThrows(IllegalArgumentException.class, () -> Tensor.wrap(ElementType.INT16, onHeap, 3));
    }

    @Test
    void rowsAndReshapedTensorsShareTheMemory() {
        Tensor tensor = Tensor.of(new long[] {1, 2, 3, 4, 5, 6}, 3, 2);
        Tensor rows = tensor.rows(1, 3);
        assertArrayEquals(new long[] {2, 2}, rows.shape());
        rows.longs().put(0, 30);
        assertArrayEquals(new long[] {1, 2, 30, 4, 5, 6}, tensor.reshape(6).toLongArray());
        assertArrayEquals(new long[] {30, 4}, rows.rows(0, 1).toLongArray());
        assertEquals(0, tensor.rows(3, 3).size());
        assertEquals(0, Tensor.zeros(ElementType.INT8, 0, 4).rows(0, 0).size());
        assertThrows(IllegalArgumentException.class, () -> tensor.rows(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> tensor.rows(2, 1));
        assertThrows(IllegalArgumentException.class, () -> tensor.rows(0, 4));
        assertThrows(
                IllegalArgumentException.class, () -> Tensor.of(new long[1]).rows(0, 0));
        assertThrows(IllegalArgumentException.class, () -> tensor.reshape(5));
    }

    @Test
    void shapesMustFitTheElementsAndTheMemory() {
        assertEquals(1, Tensor.elements());
        assertEquals(0, Tensor.elements(3, 0));
        assertEquals(24, Tensor.elements(2, 3, 4));
        assertThrows(IllegalArgumentException.class, () -> Tensor.elements(2, -1));
        assertThrows(ArithmeticException.class, () -> Tensor.elements(1L << 32, 1L << 32));
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(new float[3], 2));
        assertThrows(IllegalArgumentException.class, () -> Tensor.zeros(ElementType.UINT8, 1L << 31));
        assertThrows(IllegalArgumentException.class, () -> Tensor.zeros(ElementType.FLOAT64, 1L << 28));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void findsTheFirstElementThatIsNotFinite(float value) {
        for (int at : new int[] {0, 1, 17, 4095, 4096, 9999}) {
            Tensor tensor = Tensor.zeros(ElementType.FLOAT32, 2, 5000);
            tensor.floats().put(at, value);
            tensor.floats().put(9999, Float.NaN);

            assertEquals(OptionalInt.of(at), tensor.firstNonFinite());
        }
    }

    @Test
    void everyFiniteElementIsFinite() {
        float[] values = {
            0, -0.0f, 1, -1, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL
        };

        assertEquals(OptionalInt.empty(), Tensor.of(values, 9).firstNonFinite());
        assertEquals(
                OptionalInt.empty(), Tensor.zeros(ElementType.FLOAT32, 0, 3).firstNonFinite());
        assertEquals(
                OptionalInt.of(0),
                Tensor.of(new float[] {Float.intBitsToFloat(0xffc0_0001)}, 1).firstNonFinite());
        assertThrows(
                IllegalStateException.class,
                () -> Tensor.zeros(ElementType.INT32, 1).firstNonFinite());
    }
}
