package io.adm4j.harness.evaluation.traps;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Classes that the samples hold in other shares than the reference. */
final class ClassImbalance implements Trap {
    /** Part of the samples that would have to be of other classes. */
    private static final double MUCH = 0.05;
    /** Standard deviations of the statistic between sets of one distribution. */
    private static final double CERTAIN = 6;

    /** A class with its share of either set. */
    private record Shares(int label, double samples, double reference) {
        double more() {
            return samples - reference;
        }
    }

    @Override
    public Optional<String> warning(ScoredSets sets) {
        if (sets.samples().labels().isEmpty() || sets.reference().labels().isEmpty()) {
            return Optional.empty();
        }
        int[] samples = sets.samples().labels().get();
        int[] reference = sets.reference().labels().get();
        Map<Integer, Long> own = counts(samples);
        Map<Integer, Long> real = counts(reference);
        int[] labels = IntStream.concat(Arrays.stream(samples), Arrays.stream(reference))
                .distinct()
                .sorted()
                .toArray();
        double misplaced = 0;
        double statistic = 0;
        Shares most = new Shares(0, 0, 0);
        Shares least = most;
        for (int label : labels) {
            double a = own.getOrDefault(label, 0L);
            double b = real.getOrDefault(label, 0L);
            Shares shares = new Shares(label, a / samples.length, b / reference.length);
            misplaced += Math.abs(shares.more()) / 2;
            // The test of homogeneity of two samples; about chi-squared with a degree less than there are classes.
            double difference = a * Math.sqrt(reference.length / (double) samples.length)
                    - b * Math.sqrt(samples.length / (double) reference.length);
            statistic += difference * difference / (a + b);
            most = shares.more() > most.more() ? shares : most;
            least = shares.more() < least.more() ? shares : least;
        }
        int degrees = labels.length - 1;
        if (misplaced < MUCH || statistic < degrees + CERTAIN * Math.sqrt(2.0 * degrees)) {
            return Optional.empty();
        }
        return Optional.of("The samples hold the classes in other shares than the reference: " + text(sets, most)
                + ", " + text(sets, least) + ". For " + ScoredSets.percent(misplaced)
                + " of the samples the scores measure that choice, not their quality.");
    }

    private static String text(ScoredSets sets, Shares shares) {
        return (shares.label() < 0
                        ? "classes that the other lacks"
                        : sets.className().apply(shares.label())) + " is "
                + ScoredSets.percent(shares.samples()) + " of the samples and " + ScoredSets.percent(shares.reference())
                + " of the reference";
    }

    private static Map<Integer, Long> counts(int... labels) {
        return Arrays.stream(labels)
                .boxed()
                .collect(Collectors.groupingBy(l -> l, TreeMap::new, Collectors.counting()));
    }
}
