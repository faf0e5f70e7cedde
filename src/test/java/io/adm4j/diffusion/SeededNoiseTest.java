package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SeededNoiseTest {
    /** The known answers that the authors of Philox publish with it. */
    @Test
    void philoxGivesTheKnownAnswers() {
        assertBlock(0L, new int[4], 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertBlock(-1L, new int[] {-1, -1, -1, -1}, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertBlock(
                0x299f31d0_a4093822L,
                new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                0xd16cfe09,
                0x94fdcceb,
                0x5001e420,
                0x24126ea1);
    }

    private static void assertBlock(long key, int[] counter, int... expected) {
        Philox.encrypt(key, counter);
        assertArrayEquals(expected, counter);
    }

    /** Computed independently. These bits must never change: users keep seeds to reproduce images. */
    @Test
    void valuesStayAsTheyAre() {
        assertNoise(0, 0, 0.9911377f, -0.9246626f, -0.61760896f, -0.4820686f, -0.15363823f, 0.1808259f);
        assertNoise(42, 0, -0.9701898f, 0.19401896f, -1.2356207f, 1.9239267f, -0.07318151f, 0.13913749f);
        assertNoise(42, 1, 2.127691f, 2.1613739f, -0.40827084f, -1.6597531f, 2.0213192f, -0.10821651f);
        assertNoise(-1, 3, 0.24505526f, -2.0634682f, -1.2701064f, -0.9017281f, -0.6512124f, -2.4153037f);
        assertNoise(1L << 40, 2, 0.12641841f, -0.79010856f, 1.1361295f, -0.71710205f, 0.92405796f, -0.7432137f);
    }

    private static void assertNoise(long seed, int stream, float... expected) {
        Tensor noise = Tensor.zeros(ElementType.FLOAT32, 1, expected.length);
        if (stream == 0) {
            noise = new SeededNoise(seed).start(1, expected.length);
        } else {
            new SeededNoise(seed).fill(stream - 1, noise);
        }
        assertArrayEquals(expected, noise.toFloatArray());
    }

    @Test
    void anImageHasItsNoiseInAnyBatch() {
        long[] seeds = {5, 6, 7};
        Tensor batch = new SeededNoise(seeds).start(3, 3, 5, 7);
        Tensor reversed = new SeededNoise(7, 5).start(2, 3, 5, 7);
        assertArrayEquals(batch.rows(2, 3).toFloatArray(), reversed.rows(0, 1).toFloatArray());
        assertArrayEquals(batch.rows(0, 1).toFloatArray(), reversed.rows(1, 2).toFloatArray());
        assertFalse(
                Arrays.equals(batch.rows(0, 1).toFloatArray(), batch.rows(1, 2).toFloatArray()));
    }

    @Test
    void valuesAreStandardNormal() {
        float[] values = new SeededNoise(1, 2).start(2, 100_000).toFloatArray();
        double sum = 0;
        double squares = 0;
        double fourth = 0;
        double neighbors = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i];
            squares += values[i] * values[i];
            fourth += Math.pow(values[i], 4);
            neighbors += values[i] * values[(i + 1) % values.length];
        }
        assertEquals(0, sum / values.length, 0.01);
        assertEquals(1, squares / values.length, 0.015);
        assertEquals(3, fourth / values.length, 0.1);
        assertEquals(0, neighbors / values.length, 0.01);
    }

    /** Computed independently; the upsampler has its own stream. */
    @Test
    void theUpsamplerHasItsOwnNoise() {
        float[] expected = {-1.6914357f, -1.1320295f, 0.32612854f, -1.4560038f, -1.242336f, 1.6265315f};
        assertArrayEquals(expected, SeededNoise.ofUpsampler(42).start(1, 6).toFloatArray());
        Tensor noise = Tensor.zeros(ElementType.FLOAT32, 1, 4);
        SeededNoise.ofUpsampler(42).fill(2, noise);
        assertArrayEquals(new float[] {0.77075785f, -0.742392f, -0.056098323f, 0.47069138f}, noise.toFloatArray());
    }

    @Test
    void anyNumberOfElementsIsAPrefixOfTheStream() {
        float[] longest = new SeededNoise(42).start(1, 9).toFloatArray();
        for (int length = 0; length < 9; length++) {
            assertArrayEquals(
                    Arrays.copyOf(longest, length),
                    new SeededNoise(42).start(1, length).toFloatArray());
        }
        assertEquals(0, new SeededNoise().start(0, 3).size());
    }

    @Test
    void theBatchMustHaveOneImagePerSeed() {
        assertThrows(IllegalArgumentException.class, () -> new SeededNoise(1, 2).start(3, 4));
        assertThrows(IllegalArgumentException.class, () -> new SeededNoise(1).start());
    }

    @Test
    void seedsAreCopied() {
        long[] seeds = {42};
        SeededNoise noise = new SeededNoise(seeds);
        seeds[0] = 43;
        assertEquals(-0.9701898f, noise.start(1, 1).floats().get(0));
    }
}
