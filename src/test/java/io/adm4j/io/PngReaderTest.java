package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.FuzzRun;
import io.adm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the JDK's encoder writes, and what no encoder would. */
class PngReaderTest {
    private static final int WIDTH = 13;
    private static final int HEIGHT = 11;

    private static byte[] written(BufferedImage image, boolean interlaced) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setProgressiveMode(interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static BufferedImage noise(BufferedImage image) {
        Random random = new Random(3);
        WritableRaster raster = image.getRaster();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                for (int band = 0; band < raster.getNumBands(); band++) {
                    raster.setSample(
                            x,
                            y,
                            band,
                            random.nextInt(1 << raster.getSampleModel().getSampleSize(band)));
                }
            }
        }
        return image;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void colorsComeBack(boolean interlaced) throws IOException {
        for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_4BYTE_ABGR}) {
            BufferedImage image = noise(new BufferedImage(WIDTH, HEIGHT, type));
            PngReader png = PngReader.open(written(image, interlaced));
            assertEquals(WIDTH, png.width());
            assertEquals(HEIGHT, png.height());
            int bands = image.getRaster().getNumBands();
            assertArrayEquals(
                    bytes(image.getRaster().getPixels(0, 0, WIDTH, HEIGHT, (int[]) null)),
                    png.pixels(bands).toByteArray());
        }
    }

    private static byte[] bytes(int[] values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"8, false", "8, true", "16, false", "16, true"})
    void grayIsRepeatedAndCutToTheUpperBits(int bits, boolean interlaced) throws IOException {
        BufferedImage image = noise(new BufferedImage(
                WIDTH, HEIGHT, bits == 8 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_USHORT_GRAY));
        PngReader png = PngReader.open(written(image, interlaced));
        byte[] gray = png.pixels(1).toByteArray();
        byte[] colors = png.pixels(3).toByteArray();
        for (int i = 0; i < gray.length; i++) {
            int stored = image.getRaster().getSample(i % WIDTH, i / WIDTH, 0);
            assertEquals((byte) (stored >> bits - 8), gray[i]);
            assertArrayEquals(new byte[] {gray[i], gray[i], gray[i]}, Arrays.copyOfRange(colors, 3 * i, 3 * i + 3));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "2, false", "4, true", "8, true"})
    void palettesAreLookedUp(int bits, boolean interlaced) throws IOException {
        int size = 1 << bits;
        byte[][] colors = new byte[4][size];
        Random random = new Random(1);
        for (byte[] channel : colors) {
            random.nextBytes(channel);
        }
        IndexColorModel model = new IndexColorModel(bits, size, colors[0], colors[1], colors[2], colors[3]);
        BufferedImage image = noise(new BufferedImage(
                model,
                java.awt.image.Raster.createPackedRaster(DataBuffer.TYPE_BYTE, WIDTH, HEIGHT, 1, bits, null),
                false,
                null));
        PngReader png = PngReader.open(written(image, interlaced));
        byte[] pixels = png.pixels(4).toByteArray();
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            int index = image.getRaster().getSample(i % WIDTH, i / WIDTH, 0);
            for (int c = 0; c < 4; c++) {
                assertEquals(colors[c][index], pixels[4 * i + c]);
            }
        }
    }

    @Test
    void fewBitsOfGrayAreScaled() throws IOException {
        byte[] two = file(5, 1, 2, 0, new byte[] {0, 0b00_01_10_11, (byte) 0b10_000000});
        assertArrayEquals(
                new byte[] {0, 85, (byte) 170, (byte) 255, (byte) 170},
                PngReader.open(two).pixels(1).toByteArray());
        byte[] one = file(3, 1, 1, 0, new byte[] {0, (byte) 0b101_00000});
        assertArrayEquals(new byte[] {-1, 0, -1}, PngReader.open(one).pixels(1).toByteArray());
    }

    @Test
    void whatOurWriterWritesComesBack() throws IOException {
        for (int channels : new int[] {1, 3, 4}) {
            byte[] pixels = new byte[WIDTH * HEIGHT * channels];
            new Random(2).nextBytes(pixels);
            byte[] file = PngWriter.encode(Tensor.of(pixels, HEIGHT, WIDTH, channels));
            assertArrayEquals(pixels, PngReader.open(file).pixels(channels).toByteArray());
        }
        byte[] colors = {10, 20, 30};
        PngReader png = PngReader.open(PngWriter.encode(colors, 1, 1, 3));
        assertArrayEquals(
                new byte[] {Luma.of((byte) 10, (byte) 20, (byte) 30)},
                png.pixels(1).toByteArray());
        assertEquals(
                "it has no alpha channel",
                assertThrows(IOException.class, () -> png.pixels(4)).getMessage());
    }

    /** A file of one pass, uncompressed lines given. */
    private static byte[] file(int width, int height, int bits, int colorType, byte[] lines) {
        ByteBuffer header = ByteBuffer.allocate(13);
        header.putInt(width).putInt(height).put((byte) bits).put((byte) colorType);
        return file(List.of("IHDR", "IDAT", "IEND"), List.of(header.array(), deflated(lines), new byte[0]));
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater();
        deflater.setInput(bytes);
        deflater.finish();
        byte[] packed = new byte[2 * bytes.length + 64];
        int length = deflater.deflate(packed);
        deflater.end();
        return Arrays.copyOf(packed, length);
    }

    private static byte[] file(List<String> names, List<byte[]> chunks) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(8).putLong(0x89504E470D0A1A0AL).array());
        for (int i = 0; i < names.size(); i++) {
            byte[] name = names.get(i).getBytes(StandardCharsets.ISO_8859_1);
            CRC32 crc = new CRC32();
            crc.update(name);
            crc.update(chunks.get(i));
            out.writeBytes(ByteBuffer.allocate(4).putInt(chunks.get(i).length).array());
            out.writeBytes(name);
            out.writeBytes(chunks.get(i));
            out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        }
        return out.toByteArray();
    }

    private static String problem(byte[] file) {
        return assertThrows(IOException.class, () -> PngReader.open(file).pixels(3))
                .getMessage();
    }

    @Test
    void whatIsWrongIsSaid() {
        byte[] sound = file(2, 1, 8, 0, new byte[] {0, 1, 2});
        byte[] changed = sound.clone();
        changed[20] ^= 1;
        assertEquals("its checksum of IHDR is wrong", problem(changed));
        assertEquals("it does not begin as one", problem(new byte[0]));
        assertEquals("it does not begin as one", problem("JFIF is another format".getBytes(StandardCharsets.UTF_8)));
        assertEquals("it ends early", problem(Arrays.copyOf(sound, sound.length - 1)));
        assertEquals("it ends early", problem(Arrays.copyOf(sound, 8)));
        assertEquals("its pixels end early", problem(file(2, 2, 8, 0, new byte[] {0, 1, 2})));
        assertEquals("its pixels are damaged", problem(file(2, 1, 8, 0, new byte[] {5, 1, 2})));
        assertEquals("its header is not one of the specification", problem(file(0, 1, 8, 0, new byte[1])));
        assertEquals("its header is not one of the specification", problem(file(1, 1, 3, 0, new byte[2])));
        assertEquals("its header is not one of the specification", problem(file(1, 1, 16, 3, new byte[3])));
        assertEquals("it has a pixel of a color that its palette lacks", problem(file(1, 1, 8, 3, new byte[2])));
        assertEquals("it is too large", problem(file(1 << 20, 1 << 20, 8, 0, new byte[3])));
        assertEquals(
                "it does not begin with its size",
                problem(file(List.of("IDAT", "IEND"), List.of(new byte[1], new byte[0]))));
        byte[] header = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};
        assertEquals(
                "its pixels cannot be unpacked",
                problem(file(List.of("IHDR", "IDAT", "IEND"), List.of(header, new byte[] {1, 2, 3, 4}, new byte[0]))));
        assertEquals(
                "it has a part that is not in the specification",
                problem(file(List.of("IHDR", "ABCD", "IEND"), List.of(header, new byte[1], new byte[0]))));
    }

    /** Chunks with right checksums, changed. */
    @Test
    void anyFileIsReadOrRefused() {
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            SplittableRandom random = new SplittableRandom(i);
            int bits = List.of(1, 2, 4, 8, 16).get(random.nextInt(5));
            ByteBuffer header = ByteBuffer.allocate(13);
            header.putInt(1 + random.nextInt(9)).putInt(1 + random.nextInt(9));
            header.put((byte) bits).put((byte) random.nextInt(7)).put(12, (byte) random.nextInt(2));
            byte[] lines = new byte[random.nextInt(600)];
            for (int at = 0; at < lines.length; at++) {
                lines[at] = (byte) random.nextInt(random.nextInt(8) == 0 ? 256 : 5);
            }
            List<String> names = new ArrayList<>(List.of("IHDR", "PLTE", "tRNS", "IDAT", "IEND"));
            List<byte[]> chunks = new ArrayList<>(List.of(
                    header.array(),
                    new byte[random.nextInt(50)],
                    new byte[random.nextInt(9)],
                    deflated(lines),
                    new byte[0]));
            int changed = random.nextInt(10);
            if (changed < 4) {
                chunks.set(changed, FuzzRun.changed(random, chunks.get(changed)));
            }
            byte[] file = file(names, chunks);
            try {
                int channels = List.of(1, 3, 4).get(random.nextInt(3));
                PngReader png = PngReader.open(changed == 9 ? FuzzRun.changed(random, file) : file);
                if ((long) png.width() * png.height() < 1 << 20) {
                    assertEquals(channels, png.pixels(channels).dim(2));
                }
                read++;
            } catch (IOException e) {
                refused++;
            }
        }
        assertTrue(read > 100 && refused > 100, read + " read, " + refused + " refused");
    }
}
