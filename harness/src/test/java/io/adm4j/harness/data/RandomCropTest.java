package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RandomCropTest {
    private static final int SIZE = 8;

    /** Gives the numbers that are listed, and notes the ranges that were asked for. */
    private static final class Listed implements RandomGenerator {
        private final Deque<Integer> numbers;
        private final StringBuilder ranges = new StringBuilder();

        Listed(Integer... numbers) {
            this.numbers = new ArrayDeque<>(List.of(numbers));
        }

        @Override
        public long nextLong() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int nextInt(int bound) {
            return nextInt(0, bound);
        }

        @Override
        public int nextInt(int origin, int bound) {
            ranges.append(origin).append("..").append(bound - 1).append(' ');
            return numbers.pop();
        }
    }

    @Test
    void theShorterSideIsOfTheSizeToFiveQuartersOfIt() {
        PixelImage image = image(30, 20);
        Listed random = new Listed(10, 2, 5);

        PixelImage cut = ImageResizer.randomCrop(image, SIZE, random);

        // 30x20 is halved to 15x10; 7 places to the right, 2 down.
        assertEquals("8..10 0..2 0..7 ", random.ranges.toString());
        PixelImage halved = ImageResizer.resize(image, 15, 10, ImageResizer.Filter.BOX);
        assertArrayEquals(halved.crop(SIZE, 5, 2).pixels(), cut.pixels());
    }

    @Test
    void anImageOfTheSizeMayStayAsItIs() {
        PixelImage image = image(SIZE, SIZE);
        assertArrayEquals(
                image.pixels(),
                ImageResizer.randomCrop(image, SIZE, new Listed(8, 0, 0)).pixels());
        for (int seed = 0; seed < 20; seed++) {
            PixelImage cut = ImageResizer.randomCrop(image, SIZE, new Random(seed));
            assertTrue(cut.width() == SIZE && cut.height() == SIZE);
        }
    }

    private static PixelImage image(int width, int height) {
        byte[] pixels = new byte[width * height * 3];
        new Random(1).nextBytes(pixels);
        return new PixelImage(width, height, 3, pixels);
    }
}
