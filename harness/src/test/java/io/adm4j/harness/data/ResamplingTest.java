package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Values of PyTorch 2.13 (interpolate), ONNX Runtime 1.24 (Resize, asymmetric) and Pillow (resize). */
class ResamplingTest {
    private static final int[] IMAGE = {10, 200, 30, 77, 255, 0, 128, 64, 5, 90, 250, 33};

    @Test
    void bilinearIsThatOfPyTorch() {
        near(
                Resampling.BILINEAR.apply(image(), 5, 3),
                41.6667,
                115,
                69.1667,
                110,
                94.6,
                71.3667,
                212.5,
                64,
                74.6667,
                96.5,
                127.6,
                71.3666,
                19.1667,
                170,
                69.1666);
        near(
                Resampling.BILINEAR.apply(image(), 2, 6),
                71.25,
                110.625,
                134.0833,
                70.4167,
                64.125,
                73.75,
                67.5,
                67.5,
                92.8333,
                194.1667,
                130.125,
                40.75);
    }

    @Test
    void tf1IsThatOfTensorFlow() {
        near(
                Resampling.TF1.apply(image(), 5, 3),
                10,
                143.3333,
                61.3333,
                157,
                82.9333,
                75.7333,
                205,
                62.8,
                89.3333,
                55,
                123.2,
                101.3333,
                5,
                143.3333,
                105.3333);
        near(
                Resampling.TF1.apply(image(), 2, 6),
                10,
                136.6667,
                143.3333,
                30,
                61.3333,
                77,
                130,
                73.3333,
                93,
                189,
                95.3333,
                48.5);
    }

    @Test
    void bicubicIsThatOfPillow() {
        bytes(
                Resampling.BICUBIC_ANTIALIAS.apply(image(), 5, 3),
                58,
                125,
                54,
                116,
                92,
                66,
                185,
                57,
                87,
                81,
                135,
                94,
                4,
                190,
                97);
        bytes(Resampling.BICUBIC_ANTIALIAS.apply(image(), 2, 6), 99, 119, 119, 67, 63, 75, 99, 69, 69, 201, 132, 33);
    }

    /** As CLIP's transform: the shorter side fits, of the other the center is taken. */
    @Test
    void theCenterIsTakenOfWhatIsLonger() {
        byte[] found = new byte[36];
        Resampling.BICUBIC_ANTIALIAS_CROP.apply(image(), 6, 6).bytes().get(found);
        Tensor whole = Resampling.BICUBIC_ANTIALIAS.apply(image(), 6, 8);
        byte[] expected = new byte[36];
        for (int y = 0; y < 6; y++) {
            whole.bytes().get(y * 8 + 1, expected, y * 6, 6);
        }
        assertArrayEquals(expected, found);
    }

    @Test
    void channelsAndImagesAreResizedByThemselves() {
        byte[] values = new byte[2 * IMAGE.length * 2];
        for (int i = 0; i < IMAGE.length; i++) {
            values[2 * i] = (byte) IMAGE[i];
            values[2 * IMAGE.length + 2 * i + 1] = (byte) IMAGE[i];
        }
        Tensor two = Tensor.of(values, 2, 3, 4, 2);
        for (Resampling filter : new Resampling[] {Resampling.BILINEAR, Resampling.TF1}) {
            float[] expected = filter.apply(image(), 2, 6).toFloatArray();
            float[] found = filter.apply(two, 2, 6).toFloatArray();
            for (int i = 0; i < 12; i++) {
                assertEquals(expected[i], found[2 * i]);
                assertEquals(0, found[2 * i + 1]);
                assertEquals(0, found[24 + 2 * i]);
                assertEquals(expected[i], found[24 + 2 * i + 1]);
            }
        }
    }

    @Test
    void namesAreThoseOfTheCommandLine() {
        for (Resampling filter : Resampling.values()) {
            assertSame(filter, Resampling.of(filter.toString()));
        }
        assertSame(Resampling.BICUBIC_ANTIALIAS, Resampling.of("Bicubic-Antialias"));
        UserError none = assertThrows(UserError.class, () -> Resampling.of("lanczos"));
        assertEquals(
                "There is no filter lanczos; there are none, bicubic-antialias, bicubic-antialias-crop, bilinear,"
                        + " tf1.",
                none.getMessage());
    }

    private static Tensor image() {
        byte[] values = new byte[IMAGE.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) IMAGE[i];
        }
        return Tensor.of(values, 1, 3, 4, 1);
    }

    private static void near(Tensor found, double... expected) {
        float[] values = found.toFloatArray();
        assertEquals(expected.length, values.length);
        for (int i = 0; i < values.length; i++) {
            assertEquals(expected[i], values[i], 2e-4, "value " + i);
        }
    }

    private static void bytes(Tensor found, int... expected) {
        assertEquals(ElementType.UINT8, found.type());
        byte[] values = new byte[expected.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) expected[i];
        }
        assertArrayEquals(values, found.toByteArray());
    }
}
