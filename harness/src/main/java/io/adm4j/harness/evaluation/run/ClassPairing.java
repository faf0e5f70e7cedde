package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which classes of samples are which of the reference: names pair with equal names of the reference or of a bundle, whatever their
 * order, and numbers with numbers. Case, spaces and punctuation of names do not matter.
 *
 * @param samples their classes, labeled as the reference's
 * @param reference its classes; -1 for those that no sample can have
 */
record ClassPairing(ImageClasses samples, ImageClasses reference) {
    private static final int ABSENT = -1;
    private static final int MOST_LISTED = 20;

    /**
     * Pairs classes.
     *
     * @param bundle names of the classes by number; empty if unknown
     * @throws UserError if a class of the samples cannot be paired
     */
    static ClassPairing of(ImageClasses samples, ImageClasses reference, List<String> bundle) {
        boolean named = !samples.names().isEmpty() && !reference.names().isEmpty();
        if (named) {
            ClassPairing direct = new ClassPairing(found(samples, reference.names()), reference);
            if (direct.coversSamples()) {
                return direct;
            }
        }
        ClassPairing numbers = new ClassPairing(numbered(samples, bundle), numbered(reference, bundle));
        boolean byName = !samples.names().isEmpty() || !reference.names().isEmpty();
        if (byName ? numbers.coversSamples() : numbers.sharesClasses()) {
            return numbers;
        }
        throw new UserError("The classes of the samples cannot be paired with those of the reference: the samples have "
                + list(samples) + "; the reference has " + list(reference)
                + ". Name the samples' classes as the reference's, or number both alike.");
    }

    /** Each class under the number that the bundle gives to its name. */
    private static ImageClasses numbered(ImageClasses classes, List<String> bundle) {
        return classes.names().isEmpty() ? classes : found(classes, bundle);
    }

    /** Each class under the place of its name among others. */
    private static ImageClasses found(ImageClasses classes, List<String> others) {
        Map<String, Integer> places = new HashMap<>();
        IntStream.range(0, others.size()).forEach(i -> places.putIfAbsent(plain(others.get(i)), i));
        Map<Integer, Integer> place = new HashMap<>();
        for (int label : classes.present()) {
            int equal = others.indexOf(classes.name(label));
            place.put(label, equal >= 0 ? equal : places.getOrDefault(plain(classes.name(label)), ABSENT));
        }
        return classes.with(place::get, others);
    }

    /** Letters and digits of a name, of any script. */
    private static String plain(String name) {
        String letters = name.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]+", " ")
                .strip();
        return letters.isEmpty() ? name : letters;
    }

    /** Whether each class of the samples is known and one of the reference's. */
    private boolean coversSamples() {
        int[] known = reference.present();
        return Arrays.stream(samples.present()).allMatch(label -> isAmong(known, label));
    }

    /**
     * What a class that both sets may have is called.
     *
     * @param bundle names of the classes by number; empty if unknown
     */
    String className(int label, List<String> bundle) {
        return Stream.of(samples.names(), reference.names(), bundle)
                .filter(names -> label < names.size())
                .map(names -> names.get(label))
                .findFirst()
                .orElse("class " + label);
    }

    private boolean sharesClasses() {
        int[] known = reference.present();
        return Arrays.stream(samples.present()).anyMatch(label -> isAmong(known, label));
    }

    private static boolean isAmong(int[] known, int label) {
        return label != ABSENT && Arrays.binarySearch(known, label) >= 0;
    }

    private static String list(ImageClasses classes) {
        int[] present = classes.present();
        String shown = String.join(
                ", ",
                Arrays.stream(present)
                        .limit(MOST_LISTED)
                        .mapToObj(classes::name)
                        .toList());
        int more = present.length - MOST_LISTED;
        return more > 0 ? shown + " and " + more + " more" : shown;
    }
}
