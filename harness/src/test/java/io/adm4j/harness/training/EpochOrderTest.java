package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {
    private static final int SIZE = 7;

    @Test
    void everyEpochTakesEveryImageOnce() {
        for (int epoch = 0; epoch < 20; epoch++) {
            int[] sorted = epoch(new EpochOrder(SIZE, 3), epoch);
            Arrays.sort(sorted);
            assertArrayEquals(IntStream.range(0, SIZE).toArray(), sorted);
        }
    }

    /** A resumed run of an older version must continue with the same images. */
    @Test
    void orderIsStable() {
        EpochOrder order = new EpochOrder(SIZE, 0);

        assertArrayEquals(new int[] {2, 3, 1, 5, 0, 4, 6}, epoch(order, 0));
        assertArrayEquals(new int[] {3, 6, 4, 5, 2, 0, 1}, epoch(order, 1));
    }

    @Test
    void orderDependsOnSeedAndEpoch() {
        int[] order = epoch(new EpochOrder(SIZE, 3), 5);

        assertFalse(Arrays.equals(order, epoch(new EpochOrder(SIZE, 4), 5)));
        assertFalse(Arrays.equals(order, epoch(new EpochOrder(SIZE, 3), 6)));
        assertArrayEquals(order, epoch(new EpochOrder(SIZE, 3), 5));
    }

    @Test
    void orderDoesNotDependOnEarlierCalls() {
        EpochOrder order = new EpochOrder(SIZE, 3);
        int[] second = epoch(order, 1);
        int[] first = epoch(order, 0);

        assertArrayEquals(first, epoch(new EpochOrder(SIZE, 3), 0));
        assertArrayEquals(second, epoch(order, 1));
    }

    @Test
    void everyPermutationIsEquallyLikely() {
        int[] counts = new int[6];
        for (int seed = 0; seed < 6000; seed++) {
            int[] order =
                    IntStream.range(0, 3).map(new EpochOrder(3, seed)::index).toArray();
            counts[order[0] * 2 + (order[1] > order[2] ? 1 : 0)]++;
        }
        double chiSquare = Arrays.stream(counts)
                .mapToDouble(n -> (n - 1000) * (n - 1000) / 1000.0)
                .sum();
        // 99.9 % of chi-square with 5 degrees of freedom.
        assertEquals(0, chiSquare, 20.5);
    }

    private static int[] epoch(EpochOrder order, int epoch) {
        return IntStream.range(epoch * SIZE, (epoch + 1) * SIZE)
                .map(order::index)
                .toArray();
    }
}
