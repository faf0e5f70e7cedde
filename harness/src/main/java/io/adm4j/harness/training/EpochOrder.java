package io.adm4j.harness.training;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The order in which training takes the images: a permutation per epoch that depends on the seed and the epoch alone.
 *
 * <p>Keeps the last epoch's permutation; safe for use by several threads.
 */
final class EpochOrder {
    private final int size;
    private final long seed;
    private volatile @Nullable Epoch last;

    private record Epoch(long number, int[] order) {}

    /** @param size number of images, at least 1 */
    EpochOrder(int size, long seed) {
        this.size = size;
        this.seed = seed;
    }

    /**
     * The index of an image.
     *
     * @param position images taken before it since the training began, at least 0
     * @return in [0, size)
     */
    int index(long position) {
        long wanted = position / size;
        Epoch known = last;
        if (known == null || known.number() != wanted) {
            known = new Epoch(wanted, permutation(wanted));
            last = known;
        }
        return known.order()[(int) (position % size)];
    }

    /** Fisher-Yates, inside out. */
    private int[] permutation(long number) {
        RandomGenerator random = StepRandom.ORDER.of(seed, number);
        int[] result = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            result[i] = result[j];
            result[j] = i;
        }
        return result;
    }
}
