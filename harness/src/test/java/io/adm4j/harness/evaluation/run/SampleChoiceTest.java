package io.adm4j.harness.evaluation.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleChoiceTest {
    /** Ten of class 0, ten of class 1, three of class 2, in this order. */
    private static final ImageClasses CLASSES =
            ImageClasses.numbered(IntStream.range(0, 23).map(i -> i / 10).toArray());

    @Test
    void aRandomChoiceTakesAsManyOfEachClassAsThereAre() {
        assertEquals(Map.of(0, 2L, 1, 2L, 2, 2L), counts(6));
        assertEquals(Map.of(0, 6L, 1, 6L, 2, 3L), counts(15));
        assertEquals(2, Set.copyOf(counts(5).values()).size());
    }

    @Test
    void aRandomChoiceIsAscendingAndDecidedByItsSeed() {
        int[] one = random(8, 1);

        assertArrayEquals(one, random(8, 1));
        assertFalse(Arrays.equals(one, random(8, 2)));
        assertArrayEquals(IntStream.of(one).distinct().sorted().toArray(), one);
        assertTrue(boxed(random(12, 1)).containsAll(boxed(one)), "a larger one holds the smaller");
        assertArrayEquals(IntStream.range(0, 23).toArray(), random(23, 1));
    }

    @Test
    void eachImageHasTheSameChance() {
        int[] taken = new int[23];
        for (long seed = 0; seed < 2000; seed++) {
            for (int i : new SampleChoice(5, OptionalLong.of(seed)).numbers(23, Optional.empty())) {
                taken[i]++;
            }
        }

        for (int count : taken) {
            assertEquals(2000 * 5 / 23.0, count, 5 * Math.sqrt(2000 * 5 / 23.0));
        }
    }

    @Test
    void theFirstAreTheFirst() {
        assertArrayEquals(
                new int[] {0, 1, 2}, new SampleChoice(3, OptionalLong.empty()).numbers(23, Optional.of(CLASSES)));
    }

    private static Map<Integer, Long> counts(int count) {
        return IntStream.of(random(count, 0))
                .mapToObj(i -> CLASSES.labels()[i])
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static int[] random(int count, long seed) {
        return new SampleChoice(count, OptionalLong.of(seed)).numbers(23, Optional.of(CLASSES));
    }

    private static Set<Integer> boxed(int[] numbers) {
        return IntStream.of(numbers).boxed().collect(Collectors.toSet());
    }
}
