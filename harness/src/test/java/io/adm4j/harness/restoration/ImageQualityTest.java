package io.adm4j.harness.restoration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

/**
 * Against values of a NumPy program in float64 of its own, which computes equation 13 of Wang et al. from deviations about the local
 * means.
 */
class ImageQualityTest {
    /** The level of a pixel. */
    private interface Levels {
        int at(int y, int x, int channel);
    }

    private static Tensor image(int height, int width, int channels, Levels levels) {
        byte[] values = new byte[height * width * channels];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) levels.at(i / channels / width, i / channels % width, i % channels);
        }
        return Tensor.of(values, 1, height, width, channels);
    }

    private static int pattern(int y, int x, int channel) {
        return (7 * y * y + 11 * x + 50 * channel + 3 * x * y) % 256;
    }

    @Test
    void similarityIsThatOfTheReference() {
        Tensor truth = image(16, 20, 3, ImageQualityTest::pattern);
        Tensor changed = image(16, 20, 3, (y, x, c) -> Math.min(255, pattern(y, x, c) * 3 / 4 + (5 * x + 9 * y) % 40));
        ImageQuality quality = ImageQuality.of(changed, truth);
        assertEquals(0.9398255734002207, quality.ssim(), 1e-10);
        assertEquals(20.092535239526278, quality.psnr(), 1e-10);
        assertEquals(quality.ssim(), ImageQuality.of(truth, changed).ssim(), 1e-12);
    }

    /** Smaller than the window, which is 5x5 then. */
    @Test
    void smallImagesHaveASmallWindow() {
        Tensor truth = image(8, 6, 1, (y, x, c) -> (40 * y + 13 * x) % 256);
        Tensor changed = image(8, 6, 1, (y, x, c) -> (40 * y + 13 * x + 17 * (x % 2)) % 256);
        assertEquals(0.6844243837217385, ImageQuality.of(changed, truth).ssim(), 1e-10);
    }

    @Test
    void equalImagesAreTheSame() {
        Tensor truth = image(16, 20, 3, ImageQualityTest::pattern);
        ImageQuality quality = ImageQuality.of(truth, truth);
        assertEquals(1, quality.ssim(), 1e-12);
        assertTrue(Double.isInfinite(quality.psnr()));
    }
}
