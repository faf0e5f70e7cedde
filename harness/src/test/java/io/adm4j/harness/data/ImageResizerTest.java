package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageResizerTest {
    /** The values come from Pillow 9.4 with the steps of the published loader on the same images. */
    @ParameterizedTest
    @CsvSource({
        "70, 50, 16, 3502987288, '132 139 145 118 114 107 123 138 132'",
        "13, 9, 16, 988809777, '46 95 156 67 117 188 85 150 209'",
        "131, 257, 20, 3953124731, '144 130 138 132 129 127 139 123 143'",
        "33, 32, 32, 477659398, '0 50 100 37 87 137 74 124 174'",
        "5, 200, 7, 1994285724, '122 172 222 132 182 249 146 196 184'",
        "64, 64, 32, 2236110665, '68 118 168 155 141 127 114 164 150'"
    })
    void equalsPillow(int width, int height, int size, long crc, String begin) {
        PixelImage squared = ImageResizer.squared(pattern(width, height), size);

        assertEquals(size, squared.width());
        assertEquals(size, squared.height());
        int[] expected =
                Arrays.stream(begin.split(" ")).mapToInt(Integer::parseInt).toArray();
        int[] actual = new int[expected.length];
        for (int i = 0; i < actual.length; i++) {
            actual[i] = squared.pixels()[i] & 0xff;
        }
        assertArrayEquals(expected, actual);
        CRC32 sum = new CRC32();
        sum.update(squared.pixels());
        assertEquals(crc, sum.getValue());
    }

    @Test
    void leavesFittingImagesAlone() {
        PixelImage image = pattern(24, 24);

        assertSame(image, ImageResizer.squared(image, 24));
    }

    private static PixelImage pattern(int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        for (int y = 0, o = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    pixels[o++] = (byte) (x * 37 + y * 91 + c * 50 + x * y * 13);
                }
            }
        }
        return new PixelImage(width, height, 3, pixels);
    }
}
