package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.data.ImageStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;

/**
 * The class of each image of a set. Classes that are called by numbers have these numbers, whatever their order.
 *
 * @param labels one per image, at least 0; after pairing, -1 for a class that the other set lacks
 * @param names of the classes by label; empty where the labels are numbers that mean the same elsewhere
 */
public record ImageClasses(int[] labels, List<String> names) {
    /** Up to 999,999, as labels in files. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,6}");

    public ImageClasses {
        names = List.copyOf(names);
    }

    /** Classes with numbers alone. */
    public static ImageClasses numbered(int... labels) {
        return new ImageClasses(labels, List.of());
    }

    /**
     * The classes of a stream's images, if it has any.
     *
     * @throws io.adm4j.feedback.UserError if its labels do not fit the images
     */
    static Optional<ImageClasses> of(ImageStream images) {
        return images.labels().map(labels -> of(labels, images.classNames()));
    }

    private static ImageClasses of(int[] labels, List<String> names) {
        if (!names.stream().allMatch(name -> NUMBER.matcher(name).matches())) {
            return new ImageClasses(labels, names);
        }
        return names.isEmpty()
                ? numbered(labels)
                : numbered(labels).with(label -> Integer.parseInt(names.get(label)), List.of());
    }

    /** The same images with other labels, a function of these, and the names of those. */
    ImageClasses with(IntUnaryOperator label, List<String> newNames) {
        return new ImageClasses(Arrays.stream(labels).map(label).toArray(), newNames);
    }

    /** Those of some images. */
    ImageClasses of(int... numbers) {
        return new ImageClasses(Arrays.stream(numbers).map(i -> labels[i]).toArray(), names);
    }

    /** The labels that occur, ascending. */
    int[] present() {
        return Arrays.stream(labels).distinct().sorted().toArray();
    }

    /** What a class is called: its name, or its number. */
    String name(int label) {
        return names.isEmpty() ? String.valueOf(label) : names.get(label);
    }
}
