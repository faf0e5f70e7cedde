package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.io.NpyWriter;
import io.adm4j.io.Npz;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArraySourceTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = {"UINT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64"})
    void readsIntegersOfEveryType(ElementType type) {
        int[] values = {0, 1, 2, 127, 128, 255};
        Path file = write(tensor(type, values, 2, 1, 1, 3), null);

        Dataset dataset = open(file);

        byte[] image = new byte[3];
        dataset.copy(0, image);
        assertArrayEquals(new byte[] {0, 1, 2}, image);
        dataset.copy(1, image);
        assertArrayEquals(new byte[] {127, (byte) 128, (byte) 255}, image);
    }

    /** One image in each mapping, and two with one left over. */
    @Test
    void imagesThatTakeTooMuchOfTheHeapAreMapped() {
        byte[] values = new byte[5 * 4 * 6 * 3];
        new Random(3).nextBytes(values);
        Path file = folder.resolve("many.npz");
        Npz.write(
                file,
                Map.of("arr_0", Tensor.of(values, 5, 4, 6, 3), "arr_1", Tensor.of(new long[] {0, 1, 1, 0, 2}, 5)));
        DatasetOptions options = new DatasetOptions(4, Split.TRAIN);
        Dataset inHeap = ArraySource.open(ImageArray.ofNpz(file, line -> {}), options, Long.MAX_VALUE, line -> {});

        Dataset mapped = ArraySource.open(ImageArray.ofNpz(file, line -> {}), options, 5 * 48 - 1, line -> {});

        assertEquals(5, mapped.size());
        assertEquals(inHeap.classNames(), mapped.classNames());
        byte[] expected = new byte[50];
        byte[] actual = new byte[50];
        for (int i : new int[] {4, 0, 3, 1, 2}) {
            inHeap.copy(i, expected, 2);
            mapped.copy(i, actual, 2);
            assertArrayEquals(expected, actual);
        }
        for (int most : new int[] {48, 100, 1000}) {
            MappedImages images = MappedImages.create(folder, 5, 48, most);
            for (int i = 0; i < 5; i++) {
                byte[] image = new byte[48];
                inHeap.copy(i, image);
                images.add(image);
            }
            images.complete();
            for (int i = 4; i >= 0; i--) {
                inHeap.copy(i, expected, 1);
                images.copy(i, actual, 1);
                assertArrayEquals(Arrays.copyOfRange(expected, 1, 49), Arrays.copyOfRange(actual, 1, 49));
            }
        }
    }

    @Test
    void floatsThatAreNotColorsAreRefusedWithImageAndValue() {
        assertRefused("Image 1 in ", " holds the value 256;", 0, 0, 0, 255, 256, 0);
        assertRefused("Image 0 in ", " holds the value -1;", 0, -1, 0, 255, 2, 0);
        assertRefused("Image 1 in ", " holds the value 0.5;", 0, 1, 0, 255, 2, 0.5);
        assertRefused("Image 1 in ", " holds the value NaN;", 0, 1, 0, Double.NaN, 2, 0);
        assertRefused("Image 1 in ", " holds the value Infinity;", 0, 1, 0, Double.POSITIVE_INFINITY, 2, 0);
        assertRefused("Image 0 in ", " holds the value 0.333333;", 0, 1 / 3.0, 0, 1, 2, 0);
    }

    private void assertRefused(String start, String part, double... values) {
        Path file = write(Tensor.of(values, 2, 1, 1, 3), null);
        String message = refusal(file);
        assertTrue(message.startsWith(start) && message.contains(part), message);
        assertTrue(message.contains("with --range 0..1, -1..1 or 0..255"), message);
    }

    @Test
    void imageNumbersCountOverBatches() {
        double[] values = new double[300 * 3];
        values[0] = 2;
        values[299 * 3 + 1] = -1;
        assertTrue(refusal(write(Tensor.of(values, 300, 1, 1, 3), null)).startsWith("Image 299 in "));
    }

    @Test
    void floatsUpToOneAreMostLikelyScaled() {
        String message = refusal(write(Tensor.of(new double[] {0, 1, 0, 1, 1, 0}, 2, 1, 1, 3), null));
        assertTrue(message.contains(" hold no value above 1; "), message);
        message = refusal(write(Tensor.of(new float[] {0, 1, 0, 1, 1, 0}, 2, 1, 1, 3), null));
        assertTrue(message.contains(" hold no value above 1; "), message);

        // One value of the last batch is enough, and integers may be dark.
        double[] dark = new double[300 * 3];
        dark[5] = 2;
        assertEquals(300, open(write(Tensor.of(dark, 300, 1, 1, 3), null)).size());
        assertEquals(
                1,
                open(write(tensor(ElementType.INT32, new int[3], 1, 1, 1, 3), null))
                        .size());
    }

    @Test
    void grayIsRepeated() {
        for (long[] shape : new long[][] {{2, 1, 1}, {2, 1, 1, 1}}) {
            Dataset dataset = open(write(Tensor.of(new byte[] {7, 9}, shape), null));
            byte[] images = new byte[6];
            dataset.copy(0, images);
            dataset.copy(1, images, 3);
            assertArrayEquals(new byte[] {7, 7, 7, 9, 9, 9}, images);
        }
    }

    @Test
    void shapesThatAreNotImagesAreRefused() {
        for (Tensor wrong : List.of(
                Tensor.zeros(ElementType.UINT8, 2, 3),
                Tensor.zeros(ElementType.UINT8, 1, 2, 2, 3, 1),
                Tensor.zeros(ElementType.BOOL, 1, 2, 2, 3))) {
            String message = refusal(write(wrong, null));
            assertTrue(message.contains(" is " + wrong + "; images are uint8 [N, height, width, 3]."), message);
        }
        for (Tensor empty : List.of(
                Tensor.zeros(ElementType.UINT8, 0, 2, 2, 3),
                Tensor.zeros(ElementType.UINT8, 1, 0, 2, 3),
                Tensor.zeros(ElementType.UINT8, 1, 2, 0, 3))) {
            String message = refusal(write(empty, null));
            assertTrue(message.contains("which is empty or too large"), message);
        }
    }

    @Test
    void imagesOfAnotherShapeAreResized() {
        Tensor wide = Tensor.zeros(ElementType.UINT8, 1, 2, 4, 3);
        for (int i = 0; i < wide.size(); i++) {
            wide.bytes().put(i, (byte) (i / 3 % 4 == 1 || i / 3 % 4 == 2 ? 100 : 3));
        }
        Path file = write(wide, null);
        byte[] center = new byte[12];

        Dataset.open(file, DatasetOptions.ofSize(2)).copy(0, center);

        for (byte value : center) {
            assertEquals(100, value, "the square in the center");
        }
        UserError e = assertThrows(
                UserError.class, () -> Dataset.open(file, DatasetOptions.ofSize(DatasetOptions.AS_STORED)));
        assertTrue(e.getMessage().endsWith("are 4x2; square images are needed here."), e.getMessage());
    }

    @Test
    void manyImagesKeepTheirOrder() {
        byte[] values = new byte[600 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (i / 3 * 7);
        }
        Dataset dataset = open(write(Tensor.of(values, 600, 1, 1, 3), null));
        byte[] found = new byte[values.length];
        for (int i = 0; i < 600; i++) {
            dataset.copy(i, found, i * 3);
        }
        assertArrayEquals(values, found);
    }

    @ParameterizedTest
    @EnumSource(names = {"UINT8", "INT32", "INT64"})
    void labelsMayHaveEveryIntegerType(ElementType type) {
        Dataset dataset =
                open(write(Tensor.zeros(ElementType.UINT8, 3, 1, 1, 3), tensor(type, new int[] {2, 0, 200}, 3)));

        assertArrayEquals(new int[] {2, 0, 200}, dataset.labels().orElseThrow());
        assertEquals(201, dataset.classCount());
        assertEquals("200", dataset.classNames().get(200));
        assertEquals(200, dataset.label(2));
        assertTrue(dataset.toString().endsWith("data.npz: 3 images of 1x1, 201 classes"), dataset.toString());
    }

    @Test
    void labelsThatAreNotClassNumbersAreRefused() {
        assertLabels("are FLOAT32; save them as int64, int32 or uint8.", Tensor.of(new float[] {1}, 1));
        assertLabels(
                "have the shape [1, 1]; it must be [1], one label for each image.", Tensor.of(new long[] {1}, 1, 1));
        assertLabels("have the shape [2]; it must be [1], one label for each image.", Tensor.of(new long[] {1, 2}, 2));
        assertLabels("is not a class number; classes are counted from 0.", Tensor.of(new long[] {-1}, 1));
        assertLabels("Label 1000001 of image 0 in ", Tensor.of(new long[] {1_000_001}, 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000_000})
    void labelsMayBeLarge(long label) {
        Path file = write(Tensor.zeros(ElementType.UINT8, 1, 1, 1, 3), Tensor.of(new long[] {label}, 1));
        assertEquals(label, open(file).label(0));
    }

    @Test
    void withoutLabelsTheDescriptionSaysSo() {
        String text =
                open(write(Tensor.zeros(ElementType.UINT8, 3, 1, 1, 3), null)).toString();
        assertTrue(text.endsWith("data.npz: 3 images of 1x1, no labels"), text);
        String one = open(write(Tensor.zeros(ElementType.UINT8, 1, 1, 1, 3), Tensor.of(new long[] {0}, 1)))
                .toString();
        assertTrue(one.endsWith("data.npz: 1 image of 1x1, 1 class"), one);
    }

    private void assertLabels(String part, Tensor labels) {
        String message = refusal(write(Tensor.zeros(ElementType.UINT8, 1, 1, 1, 3), labels));
        assertTrue(message.contains(part), message);
    }

    private static Tensor tensor(ElementType type, int[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            switch (type) {
                case UINT8 -> bytes.put((byte) value);
                case INT16 -> bytes.putShort((short) value);
                case INT32 -> bytes.putInt(value);
                case INT64 -> bytes.putLong(value);
                case FLOAT32 -> bytes.putFloat(value);
                case FLOAT64 -> bytes.putDouble(value);
                default -> throw new IllegalArgumentException(type.toString());
            }
        }
        return Tensor.wrap(type, bytes.flip(), shape);
    }

    @Test
    void anNpyFileHoldsImagesWithoutLabels() {
        Path file = folder.resolve("images.npy");
        NpyWriter.write(file, Tensor.of(new byte[] {1, 2, 3, 4, 5, 6}, 2, 1, 1, 3));

        Dataset dataset = open(file);

        byte[] image = new byte[3];
        dataset.copy(1, image);
        assertArrayEquals(new byte[] {4, 5, 6}, image);
        assertFalse(dataset.hasLabels());
        try (ImageStream stream = ImageStream.open(file, DatasetOptions.ofSize(1))) {
            assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, stream.next(9).toByteArray());
        }
    }

    @Test
    void theOnlyArrayIsTakenWhateverItsNameAndThatIsSaid() {
        Path file = folder.resolve("images.npz");
        Npz.write(
                file,
                Map.of(
                        "samples", Tensor.of(new byte[] {1, 2, 3}, 1, 1, 1, 3),
                        "arr_1", Tensor.of(new long[] {4}, 1)));
        List<String> warnings = new ArrayList<>();

        Dataset dataset = Dataset.open(file, DatasetOptions.ofSize(1), warnings::add);

        assertEquals(4, dataset.label(0));
        assertEquals(List.of("Took the array samples as the images of " + file + ", which has no arr_0."), warnings);
    }

    @Test
    void channelsComeFirstIfAskedFor() {
        Tensor planes = Tensor.of(new byte[] {1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24}, 1, 3, 2, 2);
        Path file = write(planes, null);
        byte[] expected = {1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24};
        DatasetOptions chw = new DatasetOptions(2, 3, Split.TRAIN, ArrayLayout.CHW, false);

        byte[] image = new byte[12];
        Dataset.open(file, chw).copy(0, image);

        assertArrayEquals(expected, image);
        try (ImageStream stream = ImageStream.open(file, chw)) {
            assertArrayEquals(expected, stream.next(1).toByteArray());
        }
        assertEquals(
                "The array arr_0 in " + file + " is UINT8[1, 3, 2, 2]; images are uint8 [N, height, width, 3], so give"
                        + " --layout chw.",
                refusal(file));
        Path last = write(Tensor.of(new byte[12], 1, 2, 2, 3), null);
        UserError e = assertThrows(UserError.class, () -> Dataset.open(last, chw));
        assertTrue(e.getMessage().endsWith(" with --layout chw, so give --layout hwc."), e.getMessage());
    }

    @Test
    void eitherLayoutIsTakenWhereTheShapeAllowsOne() {
        byte[] stored = {1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24};
        DatasetOptions either = DatasetOptions.ofSize(2).withLayout(ArrayLayout.EITHER);
        byte[] image = new byte[12];

        Dataset.open(write(Tensor.of(stored, 1, 3, 2, 2), null), either).copy(0, image);

        assertArrayEquals(new byte[] {1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24}, image);
        Dataset.open(write(Tensor.of(stored, 1, 2, 2, 3), null), either).copy(0, image);
        assertArrayEquals(stored, image);
        DatasetOptions ofThree = DatasetOptions.ofSize(3).withLayout(ArrayLayout.EITHER);
        byte[] both = new byte[27];
        both[1] = 7;
        Dataset.open(write(Tensor.of(both, 1, 3, 3, 3), null), ofThree).copy(0, image = new byte[27]);
        assertArrayEquals(both, image);
    }

    @Test
    void everyByteIsTheSameAgainAfterScaling() {
        for (ValueRange range : List.of(ValueRange.UNIT, ValueRange.SIGNED, ValueRange.BYTES)) {
            float[] values = new float[256 * 3];
            byte[] expected = new byte[values.length];
            for (int level = 0; level < 256; level++) {
                float value = switch (range) {
                    case UNIT -> level / 255f;
                    case SIGNED -> level / 127.5f - 1;
                    default -> level + 0.25f;
                };
                Arrays.fill(values, level * 3, level * 3 + 3, value);
                Arrays.fill(expected, level * 3, level * 3 + 3, (byte) level);
            }
            Path file = write(Tensor.of(values, 1, 16, 16, 3), null);
            byte[] image = new byte[values.length];

            Dataset.open(file, DatasetOptions.ofSize(16).withRange(range)).copy(0, image);

            assertArrayEquals(expected, image, range.toString());
        }
    }

    @Test
    void halfPrecisionIsReadIfItsRangeIsGiven() {
        Tensor half = Tensor.zeros(ElementType.FLOAT16, 1, 1, 1, 3);
        half.bytes().putShort(HalfFloat.bits(-1)).putShort(HalfFloat.bits(0)).putShort(HalfFloat.bits(1));
        Path file = write(half, null);
        byte[] image = new byte[3];

        Dataset.open(file, DatasetOptions.ofSize(1).withRange(ValueRange.SIGNED))
                .copy(0, image);

        assertArrayEquals(new byte[] {0, (byte) 128, (byte) 255}, image);
        assertTrue(refusal(file).contains("or say what its values mean with --range"), refusal(file));
    }

    @Test
    void aSingleImageIsNotTakenForManyGrayOnes() {
        assertTrue(refusal(write(Tensor.of(new byte[8 * 8 * 3], 8, 8, 3), null)).contains("save it with a[None]"));
        assertEquals(2, open(write(Tensor.of(new byte[18], 2, 3, 3), null)).size());
    }

    private Path write(Tensor images, Tensor labels) {
        Map<String, Tensor> arrays = new LinkedHashMap<>(Map.of("arr_0", images));
        if (labels != null) {
            arrays.put("arr_1", labels);
        }
        Path file = folder.resolve("data.npz");
        Npz.write(file, arrays);
        return file;
    }

    private static Dataset open(Path file) {
        return Dataset.open(file, DatasetOptions.ofSize(1));
    }

    private static String refusal(Path file) {
        return assertThrows(UserError.class, () -> open(file)).getMessage();
    }
}
