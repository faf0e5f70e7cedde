package io.adm4j.harness.evaluation.linalg;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random orders of numbers. */
public final class Shuffle {
    private Shuffle() {}

    /** The numbers below {@code count} in random order. */
    public static int[] of(int count, SplittableRandom random) {
        int[] order = IntStream.range(0, count).toArray();
        mix(order, count, random);
        return order;
    }

    /** Puts a random choice of a set's elements, in random order, into its first {@code chosen} places. */
    public static void mix(int[] set, int chosen, SplittableRandom random) {
        for (int i = 0; i < chosen; i++) {
            int other = i + random.nextInt(set.length - i);
            int element = set[i];
            set[i] = set[other];
            set[other] = element;
        }
    }
}
