package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.Count;
import io.adm4j.harness.evaluation.linalg.Shuffle;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which of given samples are scored, where not all are.
 *
 * @param count how many, at least 1
 * @param seed of a random choice, of which a larger one holds the smaller; empty for the first samples
 */
public record SampleChoice(int count, OptionalLong seed) {
    /**
     * The numbers of the chosen samples, ascending.
     *
     * @param all number of samples, at least {@link #count}
     * @param classes of which a random choice takes as many samples each as there are
     */
    int[] numbers(int all, Optional<ImageClasses> classes) {
        if (seed.isEmpty() || count == all) {
            return IntStream.range(0, count).toArray();
        }
        int[] order = Shuffle.of(all, new SplittableRandom(seed.getAsLong()));
        // How many of its class came before each; without classes the order alone decides.
        int[] rank = new int[all];
        Map<Integer, Integer> before = new HashMap<>();
        classes.ifPresent(known ->
                IntStream.of(order).forEach(i -> rank[i] = before.merge(known.labels()[i], 1, Integer::sum)));
        return IntStream.of(order)
                .boxed()
                .sorted(Comparator.comparingInt(i -> rank[i]))
                .limit(count)
                .mapToInt(i -> i)
                .sorted()
                .toArray();
    }

    /** What a report says of the choice: {@code "a random choice of 100 images (seed 0), balanced over 10 classes"}. */
    String text(int all, Optional<ImageClasses> classes) {
        return seed.isEmpty()
                ? "the first of " + Count.of(all, "image")
                : "a random choice from " + Count.of(all, "image") + " (seed " + seed.getAsLong() + ")"
                        + classes.map(known -> ", balanced over " + Count.of(known.present().length, "class"))
                                .orElse("");
    }
}
