package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adm4j.feedback.UserError;
import io.adm4j.io.PngWriter;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedImageTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void pixelsAreThoseThatWereEncoded(int channels) {
        byte[] pixels = new byte[5 * 4 * channels];
        new Random(channels).nextBytes(pixels);

        assertArrayEquals(pixels, new EncodedImage(PngWriter.encode(pixels, 5, 4, channels)).pixels(channels));
    }

    @Test
    void whatIsNoImageIsRefused() {
        EncodedImage text = new EncodedImage("text".getBytes(StandardCharsets.US_ASCII));

        assertEquals(
                "The image cannot be used: it is not an image.",
                assertThrows(UserError.class, () -> text.pixels(3)).getMessage());
    }
}
