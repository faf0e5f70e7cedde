package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every source delivers red, green and blue in this order, through random access and as a stream. */
class ChannelOrderTest {
    /** Two pixels a row: orange and a dark blue. */
    private static final int[] COLORS = {0xf08010, 0x102040};

    private static final byte[] EXPECTED = {
        (byte) 0xf0, (byte) 0x80, 0x10, 0x10, 0x20, 0x40, (byte) 0xf0, (byte) 0x80, 0x10, 0x10, 0x20, 0x40
    };

    @TempDir
    Path folder;

    @Test
    void ofNpz() {
        Path file = folder.resolve("data.npz");
        Npz.write(file, Map.of("arr_0", Tensor.of(EXPECTED, 1, 2, 2, 3)));

        assertImage(EXPECTED, file);
    }

    @Test
    void ofNpzOfOtherNumbers() {
        double[] values = new double[12];
        for (int i = 0; i < 12; i++) {
            values[i] = EXPECTED[i] & 0xff;
        }
        Path file = folder.resolve("data.npz");
        Npz.write(file, Map.of("arr_0", Tensor.of(values, 1, 2, 2, 3)));

        assertImage(EXPECTED, file);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_4BYTE_ABGR
            })
    void ofPng(int type) throws IOException {
        write(image(type, 2, 2), "png");

        assertImage(EXPECTED, folder);
    }

    @Test
    void ofPngWithPalette() throws IOException {
        byte[] red = {(byte) 0xf0, 0x10};
        byte[] green = {(byte) 0x80, 0x20};
        byte[] blue = {0x10, 0x40};
        IndexColorModel palette = new IndexColorModel(8, 2, red, green, blue);
        BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_INDEXED, palette);
        image.getRaster().setPixels(0, 0, 2, 2, new int[] {0, 1, 0, 1});
        write(image, "png");

        assertImage(EXPECTED, folder);
    }

    @Test
    void ofPngWith16Bits() throws IOException {
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, ColorModel.OPAQUE, DataBuffer.TYPE_USHORT);
        BufferedImage image = new BufferedImage(model, model.createCompatibleWritableRaster(2, 2), false, null);
        int[] samples = new int[12];
        for (int i = 0; i < 12; i++) {
            samples[i] = (EXPECTED[i] & 0xff) << 8 | 0x9a;
        }
        image.getRaster().setPixels(0, 0, 2, 2, samples);
        write(image, "png");

        assertImage(EXPECTED, folder);
    }

    @Test
    void ofGrayPng() throws IOException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setPixels(0, 0, 2, 1, new int[] {10, 200});
        Path wide = Files.createDirectory(folder.resolve("set"));
        ImageIO.write(image, "png", wide.resolve("a.png").toFile());

        byte[] pixel = new byte[3];
        Dataset.open(wide, DatasetOptions.ofSize(1)).copy(0, pixel);

        // The left pixel is the square in the center of 2x1.
        assertArrayEquals(new byte[] {10, 10, 10}, pixel);
    }

    @Test
    void ofGrayPngWithAlpha() throws IOException {
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY), true, false, ColorModel.TRANSLUCENT, DataBuffer.TYPE_BYTE);
        BufferedImage image = new BufferedImage(model, model.createCompatibleWritableRaster(1, 1), false, null);
        image.getRaster().setPixel(0, 0, new int[] {77, 10});
        write(image, "png");

        assertImage(new byte[] {77, 77, 77}, folder);
    }

    /** JPEG is lossy and mixes colors within blocks, so the image is large and of one color. */
    @ParameterizedTest
    @ValueSource(strings = {"jpg", "bmp", "gif"})
    void ofOtherFormats(String format) throws IOException {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(0xff8000));
        graphics.fillRect(0, 0, 16, 16);
        graphics.dispose();
        write(image, format);

        byte[] found = new byte[16 * 16 * 3];
        Dataset.open(folder, DatasetOptions.ofSize(16)).copy(0, found);

        assertEquals(0xff, found[0] & 0xff, 3);
        assertEquals(0x80, found[1] & 0xff, 3);
        assertEquals(0x00, found[2] & 0xff, 3);
    }

    @Test
    void ofIdx() throws IOException {
        byte[] images = ByteBuffer.allocate(20)
                .putInt(0x803)
                .putInt(1)
                .putInt(2)
                .putInt(2)
                .put(new byte[] {1, 2, 3, (byte) 254})
                .array();
        Files.write(folder.resolve("train-images-idx3-ubyte"), images);
        byte[] labels = ByteBuffer.allocate(9).putInt(0x801).putInt(1).array();
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels);

        assertImage(new byte[] {1, 1, 1, 2, 2, 2, 3, 3, 3, (byte) 254, (byte) 254, (byte) 254}, folder);
    }

    private static BufferedImage image(int type, int width, int height) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, 0xff000000 | COLORS[x % 2]);
            }
        }
        return image;
    }

    private void write(BufferedImage image, String format) throws IOException {
        ImageIO.write(image, format, folder.resolve("a." + format).toFile());
    }

    private static void assertImage(byte[] expected, Path source) {
        DatasetOptions options = DatasetOptions.ofSize(DatasetOptions.AS_STORED);
        byte[] found = new byte[expected.length];
        Dataset.open(source, options).copy(0, found);
        assertArrayEquals(expected, found);
        try (ImageStream stream = ImageStream.open(source, options)) {
            assertArrayEquals(expected, stream.next(1).toByteArray());
        }
    }
}
