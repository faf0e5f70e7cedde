package io.adm4j.harness.sampling;

import io.adm4j.bundle.ClassNames;
import io.adm4j.bundle.Manifest;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The labels that a denoiser takes with given images: their own, or those that were asked for. */
public final class ImageLabels {
    private ImageLabels() {}

    /**
     * Labels for some images of a dataset.
     *
     * @param asked labels or class names separated by commas, one for all images or one for each, as {@code --label} gives them; null for
     *     the images' own, which are found by the names of their classes, or by number where the bundle or the dataset has no names
     * @param chosen numbers of the images
     * @return one per image; empty for a denoiser that takes none
     * @throws UserError if the bundle has no such classes, or the images have no labels
     */
    public static Optional<long[]> of(@Nullable String asked, Manifest manifest, Dataset images, int... chosen) {
        if (!manifest.classConditional()) {
            if (asked != null) {
                throw new UserError("--label must be left out: the denoiser of this bundle takes no labels.");
            }
            return Optional.empty();
        }
        ClassNames classes = manifest.classNames();
        return Optional.of(asked == null ? own(classes, images, chosen) : asked(asked, classes, chosen.length));
    }

    private static long[] asked(String asked, ClassNames classes, int count) {
        long[] labels;
        try {
            labels = Arrays.stream(asked.split(",", -1))
                    .mapToLong(label -> classes.find(label.strip()))
                    .toArray();
        } catch (UserError e) {
            throw new UserError("--label takes classes of the bundle: " + e.getMessage(), e);
        }
        if (labels.length != 1 && labels.length != count) {
            throw new UserError("--label takes one label for all images or one for each: " + Count.of(count, "image")
                    + ", not " + labels.length + " labels.");
        }
        return labels.length == count
                ? labels
                : LongStream.generate(() -> labels[0]).limit(count).toArray();
    }

    private static long[] own(ClassNames classes, Dataset images, int... chosen) {
        if (!images.hasLabels()) {
            throw new UserError("The denoiser of this bundle is class-conditional, and the images have no labels: give"
                    + " --label.");
        }
        return Arrays.stream(chosen)
                .mapToLong(image -> find(classes, images.label(image), images.classNames()))
                .toArray();
    }

    private static int find(ClassNames classes, int label, List<String> names) {
        String own = classes.names().isEmpty() ? String.valueOf(label) : names.get(label);
        try {
            return classes.find(own);
        } catch (UserError e) {
            throw new UserError(
                    "The images' class " + Quoted.of(own) + " is none of the bundle's: give --label, or name the"
                            + " classes as the bundle does.",
                    e);
        }
    }
}
