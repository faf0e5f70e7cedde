package io.adm4j.harness.restoration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.adm4j.tensor.Tensor;
import org.junit.jupiter.api.Test;

class MedianFilterTest {
    @Test
    void smoothsEachChannelByItself() {
        Tensor image = image(1, 3, 2, 9, 1, 1, 1, 2, 1);

        // Of the two pixels at each end the upper one is taken.
        assertArrayEquals(
                new byte[] {9, 1, 2, 1, 2, 1}, pixels(new MedianFilter(1).smooth(image(1, 3, 2, 9, 1, 1, 1, 2, 1))));
        assertArrayEquals(new byte[] {9, 1, 1, 1, 2, 1}, pixels(image));
    }

    @Test
    void fillsWithTheNearestAndKeepsWhatIsKnown() {
        Tensor image = image(1, 5, 1, 7, 5, 0, 0, 0);
        boolean[] known = {true, true, false, false, false};

        // The window of the third pixel reaches one beyond its neighbor, and so do those further away.
        assertArrayEquals(new byte[] {7, 5, 7, 7, 7}, pixels(new MedianFilter(1).fill(image, known)));
        assertArrayEquals(new byte[] {7, 5, 5, 5, 5}, pixels(new MedianFilter(0).fill(image, known)));
    }

    private static Tensor image(int height, int width, int channels, int... values) {
        byte[] pixels = new byte[values.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) values[i];
        }
        return Tensor.of(pixels, 1, height, width, channels);
    }

    private static byte[] pixels(Tensor image) {
        return image.toByteArray();
    }
}
