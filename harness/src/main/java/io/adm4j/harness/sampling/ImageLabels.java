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

/**
 * The labels that networks take with given images: their own, or those that were asked for.
 *
 * @param option that asks for labels, for messages
 * @param manifest of the networks
 * @param taken whether one of them takes labels: the denoiser, or a classifier that guides it
 */
public record ImageLabels(String option, Manifest manifest, boolean taken) {
    /** Those for the denoiser alone, which {@code --label} asks for. */
    public static ImageLabels ofDenoiser(Manifest manifest) {
        return new ImageLabels("--label", manifest, manifest.classConditional());
    }

    /**
     * Labels for some images of a dataset.
     *
     * @param asked labels or class names separated by commas, one for all images or one for each; null for the images' own, which are
     *     found by the names of their classes, or by number where the bundle or the dataset has no names
     * @param chosen numbers of the images
     * @return one per image; empty where none are taken
     * @throws UserError if the bundle has no such classes, or the images have no labels
     */
    public Optional<long[]> of(@Nullable String asked, Dataset images, int... chosen) {
        if (!taken) {
            if (asked != null) {
                throw new UserError(option + " must be left out: the denoiser of this bundle takes no labels.");
            }
            return Optional.empty();
        }
        return Optional.of(asked == null ? own(images, chosen) : asked(asked, chosen.length));
    }

    private long[] asked(String asked, int count) {
        long[] labels;
        try {
            ClassNames classes = manifest.classNames();
            labels = Arrays.stream(asked.split(",", -1))
                    .mapToLong(label -> classes.find(label.strip()))
                    .toArray();
        } catch (UserError e) {
            throw new UserError(option + " takes classes of the bundle: " + e.getMessage(), e);
        }
        if (labels.length != 1 && labels.length != count) {
            throw new UserError(option + " takes one label for all images or one for each: " + Count.of(count, "image")
                    + ", not " + labels.length + " labels.");
        }
        return labels.length == count
                ? labels
                : LongStream.generate(() -> labels[0]).limit(count).toArray();
    }

    private long[] own(Dataset images, int... chosen) {
        if (!images.hasLabels()) {
            throw new UserError("The bundle's networks take labels, and the images have none: give " + option + ".");
        }
        return Arrays.stream(chosen)
                .mapToLong(image -> find(images.label(image), images.classNames()))
                .toArray();
    }

    private int find(int label, List<String> names) {
        ClassNames classes = manifest.classNames();
        String own = classes.names().isEmpty() ? String.valueOf(label) : names.get(label);
        try {
            return classes.find(own);
        } catch (UserError e) {
            throw new UserError(
                    "The images' class " + Quoted.of(own) + " is none of the bundle's: give " + option
                            + ", or name the classes as the bundle does.",
                    e);
        }
    }
}
