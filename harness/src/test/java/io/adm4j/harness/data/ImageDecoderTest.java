package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoded values are those of the published loader's library, Pillow: expected.txt has its, for each file. */
class ImageDecoderTest {
    private static final HexFormat HEX = HexFormat.of();

    static Stream<String> expected() throws IOException {
        return new String(file("expected.txt"), StandardCharsets.US_ASCII).lines();
    }

    @ParameterizedTest
    @MethodSource("expected")
    void valuesAreThoseOfThePublishedLoadersLibrary(String line) throws Exception {
        String[] parts = line.split(" ");

        PixelImage image = ImageDecoder.decode(file(parts[0]), FileChannels.RGB);

        assertEquals(parts[1] + "x" + parts[2], image.width() + "x" + image.height());
        ImageBytes bytes = new ImageBytes(file(parts[0]));
        assertEquals(
                parts[1] + "x" + parts[2],
                ImageDecoder.size(ImageFormat.of(bytes), bytes).toString());
        byte[] wanted = HEX.parseHex(parts[3]);
        // Decoders of lossy WebP round differently.
        int tolerance = parts[0].equals("lossy.webp") ? 2 : 0;
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i] & 0xff, image.pixels()[i] & 0xff, tolerance, "value " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ycc.jpg",
                "progressive.jpg",
                "cmyk.jpg",
                "turned.png",
                "rgb16.png",
                "lossless.webp",
                "lossy.webp",
                "animated.webp",
                "plain.tif",
                "five_bits.bmp",
                "palette.bmp"
            })
    void truncatedFilesAreRefused(String name) throws Exception {
        byte[] whole = file(name);
        for (int length : new int[] {whole.length / 2, whole.length * 9 / 10, whole.length - 9}) {
            UnreadableImageException e = assertThrows(
                    UnreadableImageException.class,
                    () -> ImageDecoder.decode(Arrays.copyOf(whole, length), FileChannels.RGB));
            assertEquals("it is truncated", e.getMessage(), () -> length + " of " + whole.length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ycc.jpg", "turned.png", "lossless.webp", "plain.tif", "palette.bmp", "animated.gif"})
    void bytesAfterTheEndDoNoHarm(String name) throws Exception {
        byte[] whole = file(name);

        PixelImage image = ImageDecoder.decode(Arrays.copyOf(whole, whole.length + 100), FileChannels.RGB);

        assertEquals(
                HEX.formatHex(ImageDecoder.decode(whole, FileChannels.RGB).pixels()), HEX.formatHex(image.pixels()));
    }

    /** 326 bytes of such a file took 600 MB. */
    @Test
    void pixelsOfThousandsOfValuesAreRefused() throws Exception {
        byte[] tiff = file("plain.tif");
        ByteBuffer bytes = ByteBuffer.wrap(tiff).order(tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int entry = bytes.getInt(4) + 2;
        while (bytes.getShort(entry) != 277) {
            entry += 12;
        }
        bytes.putShort(entry + 8, (short) 14339);

        assertRefused("it claims to have 14339 values for each pixel", tiff);
    }

    @Test
    void ofAnAnimationTheFirstFrameHasToBeWhole() throws Exception {
        byte[] whole = file("animated.gif");
        PixelImage first = ImageDecoder.decode(whole, FileChannels.RGB);

        assertEquals(
                HEX.formatHex(first.pixels()),
                HEX.formatHex(ImageDecoder.decode(Arrays.copyOf(whole, whole.length - 9), FileChannels.RGB)
                        .pixels()));
        assertRefused("it is truncated", Arrays.copyOf(whole, 60));
    }

    @Test
    void aScanFilledUpWithZerosIsTruncated() throws IOException {
        byte[] file = file("ycc.jpg");
        Arrays.fill(file, file.length - 20, file.length, (byte) 0);

        assertRefused("it is truncated", file);
    }

    @Test
    void whatIsNoImageIsRefused() {
        assertRefused("it is empty", new byte[0]);
        assertRefused("it is not an image", "text".getBytes(StandardCharsets.US_ASCII));
        assertRefused("it is not an image", new byte[1000]);
    }

    @Test
    void moreValuesThanAFileCanHoldAreRefused() throws IOException {
        byte[] file = file("ycc.jpg");
        int frame = frame(file);
        Arrays.fill(file, frame + 5, frame + 9, (byte) 0x7f);

        assertRefused("it claims to have 32639x32639 pixels", file);
    }

    @Test
    void twelveBitsAreRefused() throws IOException {
        byte[] file = file("ycc.jpg");
        file[frame(file) + 4] = 12;

        UnreadableImageException e =
                assertThrows(UnreadableImageException.class, () -> ImageDecoder.decode(file, FileChannels.RGB));
        assertTrue(e.getMessage().contains("12 bits") || e.getMessage().startsWith("it is damaged"), e.getMessage());
    }

    private static int frame(byte[] jpeg) {
        for (int i = 0; ; i++) {
            if ((jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == 0xc0) {
                return i;
            }
        }
    }

    private static void assertRefused(String reason, byte[] file) {
        assertEquals(
                reason,
                assertThrows(UnreadableImageException.class, () -> ImageDecoder.decode(file, FileChannels.RGB))
                        .getMessage());
    }

    static byte[] file(String name) throws IOException {
        try (InputStream in = ImageDecoderTest.class.getResourceAsStream("/images/" + name)) {
            return in.readAllBytes();
        }
    }
}
