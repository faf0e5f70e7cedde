package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.io.Luma;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of other channels than three. */
class DatasetChannelsTest {
    private static final HexFormat HEX = HexFormat.of();
    /** A random RGBA image of 6 x 5 pixels; what becomes of it below is Pillow's (12.3.0), each channel as an image of its own. */
    private static final String RGBA =
            "63ceefbde676904908e4e7be9b709ed007cc8f71b5e7501b2ccdcb41af1ed4567d92fe79896a29e9be81d2"
                    + "6790ce053a00d0846ea469b31b1f02442669d3931271f587646c6d9ebe0beb437cc1b7835b4e9b9d21d95587105e0eda1f09262f9085a2ad"
                    + "bb988d76ebe81f204cac858eaf5e5280e787d6fb10";

    private static final String LUMA = "b29aa3828ac79d5e986c9ca5898312acc17295b484823d1e9b8e5b925bc3";
    private static final String RGBA_4 =
            "77b8dd929f8bbe6a59a5bfd75397939732b4b84a9233ca406074797b9bb4917b22db60708b858a316c717f"
                    + "09827ab11e74b293bbb2795ea3cc59605f794c95b9";
    private static final String LUMA_ALPHA_4 = "a992976a92d782978e4a61406f7ba87b967087317009821e9cbb87a37c5f61b9";
    private static final String LUMA_4 = "a99792828e616fa8968770829c877c61";

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();

    @Test
    void grayFilesStayGray() throws IOException {
        BufferedImage gray = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setPixels(0, 0, 2, 2, new int[] {0, 77, 128, 255});
        write(gray, "png", "a.png");
        BufferedImage deep = new BufferedImage(2, 2, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setPixels(0, 0, 2, 2, new int[] {0x00ff, 0x4d00, 0x80ff, 0xffff});
        write(deep, "png", "b.png");
        BufferedImage flat = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        flat.getRaster().setPixels(0, 0, 8, 8, filled(64, 77));
        write(flat, "jpg", "c.jpg");
        write(flat, "bmp", "d.bmp");
        write(flat, "gif", "e.gif");

        Dataset dataset = open(folder, 2, 1);

        assertEquals(1, dataset.channels());
        assertEquals(4, dataset.imageBytes());
        assertEquals("004d80ff", image(dataset, 0));
        assertEquals("004d80ff", image(dataset, 1));
        for (int i = 2; i < 5; i++) {
            assertEquals("4d4d4d4d", image(dataset, i));
        }
        assertEquals(List.of(), said);
        assertEquals(folder + ": 5 images of 2x2, 1 channel, no labels", dataset.toString());
        try (ImageStream stream = ImageStream.open(folder, options(2, 1))) {
            assertEquals(1, stream.channels());
            Tensor images = stream.next(5);
            assertArrayEquals(new long[] {5, 2, 2, 1}, images.shape());
            assertArrayEquals(new byte[] {0, 77, (byte) 128, -1}, Arrays.copyOf(images.toByteArray(), 4));
        }
    }

    @Test
    void colorsBecomeLumaAndAreCounted() throws IOException {
        write(rgb(), "png", "color.png");
        write(new BufferedImage(6, 5, BufferedImage.TYPE_BYTE_GRAY), "png", "gray.png");
        write(rgb(), "bmp", "other.bmp");

        Dataset dataset = open(folder, 4, 1);

        assertEquals(LUMA_4, image(dataset, 0));
        assertEquals(LUMA_4, image(dataset, 2));
        assertEquals(
                List.of("Converted 2 of 3 images in " + folder
                        + " from color to gray (luma): the network takes 1 channel."),
                said);
    }

    @Test
    void arraysOfColorsBecomeLumaToo() {
        Path file = npz(rgbValues(), 1, 5, 6, 3);

        assertEquals(LUMA_4, image(open(file, 4, 1), 0));
        assertEquals(
                List.of("Converted 1 color image in " + file + " to gray (luma): the network takes 1 channel."), said);
    }

    @Test
    void lumaIsExact() throws UnreadableImageException, IOException {
        write(rgb(), "png", "color.png");

        byte[] file = Files.readAllBytes(folder.resolve("color.png"));

        assertEquals(
                LUMA, HEX.formatHex(ImageDecoder.decode(file, FileChannels.GRAY).pixels()));
        for (int v = 0; v < 256; v++) {
            assertEquals((byte) v, Luma.of((byte) v, (byte) v, (byte) v));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "tif"})
    void alphaIsTheFourthChannelAndResizedByItself(String format) throws IOException {
        write(rgba(), format, "a." + format);

        assertEquals(RGBA_4, image(open(folder, 4, 4), 0));
        assertEquals(LUMA_ALPHA_4, image(open(folder, 4, 2), 0));
        String dropped = image(open(folder, 4, 3), 0);
        for (int i = 0; i < 16; i++) {
            assertEquals(RGBA_4.substring(i * 8, i * 8 + 6), dropped.substring(i * 6, i * 6 + 6));
        }
    }

    @Test
    void colorsAreNotMultipliedByAlpha() throws IOException {
        BufferedImage associated = new BufferedImage(2, 2, BufferedImage.TYPE_4BYTE_ABGR_PRE);
        associated
                .getRaster()
                .setPixels(0, 0, 2, 2, new int[] {51, 102, 0, 102, 255, 1, 2, 255, 0, 0, 0, 0, 10, 20, 30, 51});
        Path file = write(associated, "tif", "a.tif");

        assertEquals("7fff0066ff0102ff0000000032649633", image(open(file, 2, 4), 0));
    }

    @Test
    void alphaOfWebpIsRead() throws IOException {
        Path lossless = folder.resolve("a.webp");
        Files.write(
                lossless,
                Base64.getDecoder()
                        .decode(
                                "UklGRkIAAABXRUJQVlA4TDYAAAAvAUAAEB8gpiGmoVNp/cSCaUiofxIJBIgZ/wUOdPgQCBBtvozoNBAXQL841LRtwOI"
                                        + "36Yjofxw="));
        Path lossy = folder.resolve("b.webp");
        Files.write(
                lossy,
                Base64.getDecoder()
                        .decode(
                                "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAwAAAwAAQUxQSAwAAAABDzD/ERFiHiL6HwxWUDggGAAAADABAJ0BKgQABAABQCY"
                                        + "lpAADcAD+8E/AAA=="));
        Path raw = folder.resolve("c.webp");
        Files.write(
                raw,
                Base64.getDecoder()
                        .decode(
                                "UklGRmoAAABXRUJQVlA4WAoAAAAQAAAAAQAAAQAAQUxQSAUAAAAAvUlBVgBWUDggPgAAADACAJ0BKgIAAgAAwBIloAJ"
                                        + "0ugH4AAN3aqgAAP6KbPkXid8f7LOddqic5oPb/9g7+g7+g7/VM/+LORiOy8AA"));

        assertEquals("63ceefbde67690492ccdcb41af1ed456", image(open(lossless, 2, 4), 0));
        byte[] pixels = HEX.parseHex(image(open(lossy, 4, 4), 0));
        for (int i = 0; i < 16; i++) {
            assertEquals(i < 8 ? 0 : (byte) 255, pixels[i * 4 + 3]);
        }
        UserError e = assertThrows(UserError.class, () -> image(open(raw, 2, 4), 0));
        assertEquals(
                "The image " + raw + " cannot be used: its alpha is stored uncompressed, which is not read; replace or"
                        + " remove it.",
                e.getMessage());
        assertEquals(24, image(open(raw, 2, 3), 0).length());
    }

    @Test
    void alphaOfPalettesAndOfSixteenBitsIsRead() throws IOException {
        byte[] values = {10, (byte) 200};
        IndexColorModel palette =
                new IndexColorModel(8, 2, values, new byte[] {20, 30}, new byte[] {40, 50}, new byte[] {60, -1});
        BufferedImage indexed = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_INDEXED, palette);
        indexed.getRaster().setPixels(0, 0, 2, 2, new int[] {0, 1, 1, 0});
        write(indexed, "png", "a.png");
        write(deepGrayAlpha(), "png", "b.png");

        Dataset dataset = open(folder, 2, 4);

        assertEquals("0a14283cc81e32ffc81e32ff0a14283c", image(dataset, 0));
        assertEquals("121212ab343434cd565656ef78787801", image(dataset, 1));
        assertEquals("12ab34cd56ef7801", image(open(folder.resolve("b.png"), 2, 2), 0));
    }

    @Test
    void anImageWithoutAlphaIsRefusedByName() throws IOException {
        write(rgba(), "png", "a.png");
        write(rgb(), "png", "b.png");

        assertEquals(
                "The image b.png in " + folder + " has no alpha channel, and the network takes 4 channels (flag"
                        + " in_channels): save all images with alpha, or give a network with in_channels 3.",
                refusal(folder, 4));
        assertTrue(refusal(folder, 2).endsWith("or give a network with in_channels 1."));
        Path jpeg = write(rgb(), "jpg", "c.jpg");
        assertTrue(refusal(jpeg, 4).startsWith("The image c.jpg in "), refusal(jpeg, 4));
    }

    @Test
    void imageFilesHaveAtMostFourChannels() throws IOException {
        write(rgba(), "png", "a.png");

        assertEquals(
                "The network takes 5 channels (flag in_channels), which the image files in " + folder
                        + " cannot have: give an npz or npy array [N, height, width, 5].",
                refusal(folder, 5));
    }

    @Test
    void archivesAreReadTheSameWay() throws IOException {
        Path image = write(rgba(), "png", "a.png");
        Path zip = folder.resolve("a.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("a.png"));
            Files.copy(image, out);
        }

        assertEquals(RGBA_4, image(open(zip, 4, 4), 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5, 7})
    void arraysHaveAnyNumberOfChannels(int channels) {
        byte[] values = new byte[2 * 4 * channels];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (i * 3);
        }
        byte[] second = Arrays.copyOfRange(values, 4 * channels, values.length);
        Path npz = npz(values, 2, 2, 2, channels);
        byte[] planes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            int image = i / (4 * channels);
            int pixel = i / channels % 4;
            planes[(image * channels + i % channels) * 4 + pixel] = values[i];
        }
        Path chw = folder.resolve("planes.npz");
        Npz.write(chw, Map.of("arr_0", Tensor.of(planes, 2, channels, 2, 2)));
        DatasetOptions planar = new DatasetOptions(2, channels, Split.TRAIN, ArrayLayout.CHW, false);

        assertEquals(HEX.formatHex(second), image(open(npz, 2, channels), 1));
        assertEquals(HEX.formatHex(second), image(Dataset.open(chw, planar), 1));
        try (ImageStream stream = ImageStream.open(chw, planar)) {
            assertEquals(channels, stream.channels());
            assertArrayEquals(values, stream.next(2).toByteArray());
        }
    }

    @Test
    void arraysAreResizedChannelByChannel() {
        byte[] rgba = HEX.parseHex(RGBA);
        byte[] five = new byte[30 * 5];
        for (int i = 0; i < 30; i++) {
            System.arraycopy(rgba, i * 4, five, i * 5, 4);
            five[i * 5 + 4] = rgba[i * 4];
        }
        String expected = RGBA_4.replaceAll("(..)(......)", "$1$2$1");

        assertEquals(RGBA_4, image(open(npz(rgba, 1, 5, 6, 4), 4, 4), 0));
        assertEquals(expected, image(open(npz(five, 1, 5, 6, 5), 4, 5), 0));
    }

    @Test
    void grayArraysWithoutAChannelDimensionAreGray() {
        Path file = npz(new byte[] {1, 2, 3, 4}, 1, 2, 2);

        assertEquals("01020304", image(open(file, 2, 1), 0));
        assertEquals("010101020202030303040404", image(open(file, 2, 3), 0));
    }

    @ParameterizedTest
    @CsvSource({"4, 3", "4, 1", "2, 1", "1, 2", "3, 4", "1, 4", "5, 4"})
    void anArrayOfOtherChannelsIsRefusedWithBothNumbers(int stored, int wanted) {
        Path file = npz(new byte[3 * 8 * 8 * stored], 3, 8, 8, stored);

        assertEquals(
                "The array arr_0 in " + file + " is UINT8[3, 8, 8, " + stored + "], images of " + stored
                        + (stored == 1 ? " channel" : " channels") + ", and the network takes " + wanted
                        + " (flag in_channels): give uint8 [N, height, width, " + wanted
                        + "], or a network with in_channels " + stored + ".",
                refusal(file, wanted));
    }

    @Test
    void planesInTheOtherLayoutAreRecognized() {
        Path file = npz(new byte[2 * 8 * 8], 2, 1, 8, 8);

        assertTrue(
                refusal(file, 1).endsWith("images are uint8 [N, height, width, 1], so give --layout chw."),
                refusal(file, 1));
    }

    @Test
    void idxImagesAreGray() throws IOException {
        Files.write(
                folder.resolve("train-images-idx3-ubyte"),
                new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 5, 6, 7, 8});
        Files.write(folder.resolve("train-labels-idx1-ubyte"), new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 3});

        assertEquals("00000000000506000007080000000000", image(open(folder, 4, 1), 0));
        assertEquals("050505060606070707080808", image(open(folder, 2, 3), 0));
        assertEquals(
                "The network takes 4 channels (flag in_channels), and the IDX images in " + folder
                        + " are gray: give other images, or a network with in_channels 1 or 3.",
                refusal(folder, 4));
    }

    private static DatasetOptions options(int size, int channels) {
        return DatasetOptions.ofSize(size).withChannels(channels);
    }

    private Dataset open(Path source, int size, int channels) {
        return Dataset.open(source, options(size, channels), said::add);
    }

    private String refusal(Path source, int channels) {
        String message =
                assertThrows(UserError.class, () -> open(source, 4, channels)).getMessage();
        assertThrows(UserError.class, () -> ImageStream.open(source, options(DatasetOptions.AS_STORED, channels)));
        return message;
    }

    private static String image(Dataset dataset, int index) {
        byte[] pixels = new byte[dataset.imageBytes()];
        dataset.copy(index, pixels);
        return HEX.formatHex(pixels);
    }

    private Path npz(byte[] values, long... shape) {
        Path file = folder.resolve("data.npz");
        Npz.write(file, Map.of("arr_0", Tensor.of(values, shape)));
        return file;
    }

    private Path write(BufferedImage image, String format, String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, format, bytes), format);
        return Files.write(folder.resolve(name), bytes.toByteArray());
    }

    private static int[] filled(int count, int value) {
        int[] values = new int[count];
        Arrays.fill(values, value);
        return values;
    }

    private static byte[] rgbValues() {
        byte[] rgba = HEX.parseHex(RGBA);
        byte[] rgb = new byte[30 * 3];
        for (int i = 0; i < 30; i++) {
            System.arraycopy(rgba, i * 4, rgb, i * 3, 3);
        }
        return rgb;
    }

    private static BufferedImage rgb() {
        BufferedImage image = new BufferedImage(6, 5, BufferedImage.TYPE_3BYTE_BGR);
        image.getRaster().setPixels(0, 0, 6, 5, ints(rgbValues()));
        return image;
    }

    private static BufferedImage rgba() {
        BufferedImage image = new BufferedImage(6, 5, BufferedImage.TYPE_4BYTE_ABGR);
        image.getRaster().setPixels(0, 0, 6, 5, ints(HEX.parseHex(RGBA)));
        return image;
    }

    private static int[] ints(byte[] values) {
        int[] ints = new int[values.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = values[i] & 0xff;
        }
        return ints;
    }

    private static BufferedImage deepGrayAlpha() {
        ComponentColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY),
                true,
                false,
                Transparency.TRANSLUCENT,
                DataBuffer.TYPE_USHORT);
        WritableRaster raster = model.createCompatibleWritableRaster(2, 2);
        raster.setPixels(0, 0, 2, 2, new int[] {0x1234, 0xab00, 0x3456, 0xcdff, 0x5678, 0xef01, 0x789a, 0x0123});
        return new BufferedImage(model, raster, false, null);
    }
}
