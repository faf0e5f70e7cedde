package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's own decoder must see the pixels that went in. */
class PngTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void everyPixelSurvives(int channels) throws IOException {
        int width = 37;
        int height = 23;
        byte[] pixels = new byte[width * height * channels];
        Random random = new Random(5);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    // Noise above, gradients below: different filters win.
                    int value = y < 8 ? random.nextInt(256) : x * 3 + y * 5 + c * 40 + random.nextInt(3);
                    pixels[(y * width + x) * channels + c] = (byte) value;
                }
            }
        }
        BufferedImage image = decode(PngWriter.encode(pixels, width, height, channels));
        assertEquals(width, image.getWidth());
        assertEquals(height, image.getHeight());
        int[] pixel = new int[channels];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.getRaster().getPixel(x, y, pixel);
                for (int c = 0; c < channels; c++) {
                    assertEquals(pixels[(y * width + x) * channels + c] & 0xFF, pixel[c]);
                }
            }
        }
    }

    @Test
    void otherShapesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> PngWriter.encode(new byte[4], 2, 2, 2));
        assertThrows(IllegalArgumentException.class, () -> PngWriter.encode(new byte[5], 2, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> PngWriter.encode(new byte[0], 0, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> PngWriter.encode(Tensor.of(new float[4], 2, 2, 1)));
    }

    @Test
    void aGridHoldsEachImageAtItsPlace() {
        int count = 5;
        byte[] pixels = new byte[count * 2 * 3 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i + 1);
        }
        Tensor grid = new ImageGrid(3, 1, 2, 0).layOut(Tensor.of(pixels, count, 2, 3, 3));
        assertEquals(2 * 4 + 3, grid.dim(0));
        assertEquals(3 * 6 + 4, grid.dim(1));
        byte[] laid = grid.toByteArray();
        long outside = 0;
        for (int y = 0; y < 11; y++) {
            for (int x = 0; x < 22; x++) {
                int row = (y - 1) / 5;
                int column = (x - 1) / 7;
                int n = row * 3 + column;
                boolean inside = y % 5 != 0 && x % 7 != 0 && n < count;
                for (int c = 0; c < 3; c++) {
                    int expected = inside ? pixels[((n * 2 + (y - 1) % 5 / 2) * 3 + (x - 1) % 7 / 2) * 3 + c] : 0;
                    assertEquals((byte) expected, laid[(y * 22 + x) * 3 + c]);
                    outside += inside ? 0 : 1;
                }
            }
        }
        assertEquals(11 * 22 * 3 - count * 4 * 6 * 3, outside);
    }

    private static BufferedImage decode(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }
}
