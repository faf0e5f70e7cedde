package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chunks of a PNG file and the filter of each line. */
class PngFormatTest {
    /** The chunks by name, after their checksums were compared. */
    private static Map<String, byte[]> chunks(byte[] png) {
        ByteBuffer in = ByteBuffer.wrap(png);
        assertEquals(0x89504E470D0A1A0AL, in.getLong());
        Map<String, byte[]> chunks = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            byte[] data = new byte[in.getInt()];
            byte[] name = new byte[4];
            in.get(name).get(data);
            CRC32 crc = new CRC32();
            crc.update(name);
            crc.update(data);
            assertEquals((int) crc.getValue(), in.getInt());
            chunks.put(new String(name, StandardCharsets.US_ASCII), data);
        }
        return chunks;
    }

    private static byte[] lines(byte[] png) throws IOException {
        return new InflaterInputStream(new ByteArrayInputStream(chunks(png).get("IDAT"))).readAllBytes();
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "3, 2", "4, 6"})
    void theHeaderDescribesTheImage(int channels, int colorType) {
        Map<String, byte[]> chunks = chunks(PngWriter.encode(new byte[3 * 300 * channels], 3, 300, channels));
        assertEquals(List.of("IHDR", "IDAT", "IEND"), List.copyOf(chunks.keySet()));
        byte[] expected = {0, 0, 0, 3, 0, 0, 1, 44, 8, (byte) colorType, 0, 0, 0};
        assertArrayEquals(expected, chunks.get("IHDR"));
        assertEquals(0, chunks.get("IEND").length);
    }

    /** Each line is one that a filter predicts exactly, or best. */
    @Test
    void eachLineHasTheFilterOfTheSmallestDifferences() throws IOException {
        byte[] pixels = {
            0, 0, 0, 0, 0, // black: no filter
            10, 20, 30, 40, 50, // a ramp: left
            10, 20, 30, 40, 50, // the same again: up
            5, 12, 21, 30, 40, // half of left and up: average
            105, 112, 121, (byte) 130, (byte) 140, // left plus the step above: Paeth
        };
        byte[] lines = lines(PngWriter.encode(pixels, 5, 5, 1));
        byte[] filters = new byte[5];
        for (int y = 0; y < 5; y++) {
            filters[y] = lines[6 * y];
        }
        assertArrayEquals(new byte[] {0, 1, 2, 3, 4}, filters);
        assertArrayEquals(new byte[] {10, 10, 10, 10, 10}, Arrays.copyOfRange(lines, 7, 12));
        assertArrayEquals(new byte[5], Arrays.copyOfRange(lines, 13, 18));
        assertArrayEquals(new byte[] {0, 0, 0, 0, 0}, Arrays.copyOfRange(lines, 19, 24));
    }

    /** Where left and corner are equally near, left is the prediction: 30 + 60 - 50 is as far from 30 as from 50. */
    @Test
    void paethPrefersLeftToTheCorner() throws IOException {
        byte[] pixels = {50, 60, 50, 60, 50, 60, 30, 30, 30, 30, 30, 30};
        byte[] lines = lines(PngWriter.encode(pixels, 6, 2, 1));
        assertArrayEquals(new byte[] {4, -20, 0, 0, 0, 0, 0}, Arrays.copyOfRange(lines, 7, 14));
    }

    /** Undoing the filters by the specification gives the pixels back, for every filter and channel count. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 7, 3", "40, 31, 1", "33, 29, 3", "12, 11, 4"})
    void filteredLinesHoldThePixels(int width, int height, int channels) throws IOException {
        byte[] pixels = new byte[width * height * channels];
        for (int i = 0; i < pixels.length; i++) {
            int line = i / (width * channels);
            pixels[i] = (byte) (line % 3 == 0 ? i * i * 31 >>> 4 : i * 5 / 2 + line * 9 + i % channels * 60);
        }
        byte[] lines = lines(PngWriter.encode(Tensor.of(pixels, height, width, channels)));
        int lineBytes = width * channels;
        assertEquals((lineBytes + 1) * height, lines.length);
        byte[] plain = new byte[pixels.length];
        for (int y = 0; y < height; y++) {
            int filter = lines[y * (lineBytes + 1)];
            for (int i = 0; i < lineBytes; i++) {
                int left = i < channels ? 0 : plain[y * lineBytes + i - channels] & 0xff;
                int up = y == 0 ? 0 : plain[(y - 1) * lineBytes + i] & 0xff;
                int corner = y == 0 || i < channels ? 0 : plain[(y - 1) * lineBytes + i - channels] & 0xff;
                plain[y * lineBytes + i] =
                        (byte) (lines[y * (lineBytes + 1) + 1 + i] + predicted(filter, left, up, corner));
            }
            assertTrue(sum(lines, y, lineBytes) <= unfilteredSum(pixels, y, lineBytes));
        }
        assertArrayEquals(pixels, plain);
    }

    private static int predicted(int filter, int left, int up, int corner) {
        int estimate = left + up - corner;
        int nearest = left;
        for (int candidate : new int[] {up, corner}) {
            nearest = Math.abs(estimate - candidate) < Math.abs(estimate - nearest) ? candidate : nearest;
        }
        return new int[] {0, left, up, (left + up) / 2, nearest}[filter];
    }

    private static int sum(byte[] lines, int y, int lineBytes) {
        int sum = 0;
        for (int i = 0; i < lineBytes; i++) {
            sum += Math.abs(lines[y * (lineBytes + 1) + 1 + i]);
        }
        return sum;
    }

    private static int unfilteredSum(byte[] pixels, int y, int lineBytes) {
        int sum = 0;
        for (int i = 0; i < lineBytes; i++) {
            sum += Math.abs(pixels[y * lineBytes + i]);
        }
        return sum;
    }

    /** Noise does not compress: the buffer must hold more than the pixels. */
    @Test
    void imagesThatCannotBePackedAreEncodedToo() throws IOException {
        byte[] noise = new byte[300 * 300];
        new Random(1).nextBytes(noise);
        byte[] lines = lines(PngWriter.encode(noise, 300, 300, 1));
        assertEquals(301 * 300, lines.length);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 1, 0", "1, 0, 1, 0", "1, 1, 0, 0", "1, 1, 2, 2", "1, 1, 5, 5", "2, 2, 1, 3", "2, 2, 1, 5"})
    void impossibleImagesAreRefused(int width, int height, int channels, int bytes) {
        assertThrows(IllegalArgumentException.class, () -> PngWriter.encode(new byte[bytes], width, height, channels));
    }

    @Test
    void tensorsOfOtherTypesOrShapesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> PngWriter.encode(Tensor.of(new byte[4], 2, 2)));
        assertThrows(IllegalArgumentException.class, () -> PngWriter.encode(Tensor.zeros(ElementType.INT8, 2, 2, 1)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1, 0", "1, -1, 1, 0", "1, 0, 0, 0", "1, 0, 1, -1", "1, 0, 1, 256"})
    void impossibleGridsAreRefused(int columns, int padding, int scale, int background) {
        assertThrows(IllegalArgumentException.class, () -> new ImageGrid(columns, padding, scale, background));
    }

    @Test
    void thePaddingOfGridsIsOpaque() {
        byte[] pixels = {1, 2, 3, 0};
        Tensor grid = new ImageGrid(1, 1, 1, 7).layOut(Tensor.of(pixels, 1, 1, 1, 4));
        assertArrayEquals(new long[] {3, 3, 4}, grid.shape());
        byte[] laid = grid.toByteArray();
        for (int pixel = 0; pixel < 9; pixel++) {
            byte[] expected = pixel == 4 ? pixels : new byte[] {7, 7, 7, (byte) 255};
            assertArrayEquals(expected, Arrays.copyOfRange(laid, 4 * pixel, 4 * pixel + 4));
        }
    }

    @Test
    void gridsOfGrayImagesHaveOneChannel() {
        byte[] laid = new ImageGrid(2, 0, 1, 9)
                .layOut(Tensor.of(new byte[] {1, 2, 3}, 3, 1, 1, 1))
                .toByteArray();
        assertArrayEquals(new byte[] {1, 2, 3, 9}, laid);
    }

    @Test
    void gridsTakeBytesOfFourDimensions() {
        ImageGrid grid = ImageGrid.of(3);
        assertEquals(new ImageGrid(3, 2, 1, 255), grid);
        assertEquals(new ImageGrid(1, 0, 1, 255), new ImageGrid(1, 0, 1, 255));
        for (Tensor images : List.of(
                Tensor.of(new byte[4], 2, 2, 1),
                Tensor.of(new byte[0], 0, 2, 2, 1),
                Tensor.of(new float[4], 1, 2, 2, 1))) {
            assertThrows(IllegalArgumentException.class, () -> grid.layOut(images));
        }
        Tensor one = grid.layOut(Tensor.of(new byte[] {7}, 1, 1, 1, 1));
        assertArrayEquals(new long[] {5, 5, 1}, one.shape());
        byte[] expected = new byte[25];
        Arrays.fill(expected, (byte) 255);
        expected[12] = 7;
        assertArrayEquals(expected, one.toByteArray());
    }
}
