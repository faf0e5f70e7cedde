package io.adm4j.harness.restoration;

import io.adm4j.bundle.Manifest;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** The labels of images to restore. */
public final class InputLabels {
    private InputLabels() {}

    /**
     * Finds them.
     *
     * @param choice name or number of the class of all images; empty for the images' own labels
     * @param guided whether a classifier guides; otherwise images of an unconditional model have no labels
     * @param count number of images, the first of the dataset
     * @return one per image; none where no network takes labels
     * @throws UserError if the model has no such class, or the images have no labels
     */
    public static int[] of(Optional<String> choice, Manifest manifest, boolean guided, Dataset images, int count) {
        if (!manifest.classConditional() && !guided) {
            if (choice.isPresent()) {
                throw new UserError("Images of this model have no labels: leave out --labels"
                        + (manifest.classifier().isPresent() ? ", or give --classifier-scale." : "."));
            }
            return new int[0];
        }
        if (choice.isPresent()) {
            int label = find(manifest, choice.get(), "--labels takes one class for all images: ");
            int[] same = new int[count];
            Arrays.fill(same, label);
            return same;
        }
        if (!images.hasLabels()) {
            throw new UserError(
                    "The model " + manifest.name()
                            + " takes labels, and the input images have none: give --labels NAME with the class of all of them.");
        }
        int[] ofClass = images.classNames().stream()
                .mapToInt(name -> find(
                        manifest,
                        name,
                        "The input images have a class that the model lacks, so give --labels NAME with the class of all of"
                                + " them: "))
                .toArray();
        return IntStream.range(0, count).map(i -> ofClass[images.label(i)]).toArray();
    }

    private static int find(Manifest manifest, String name, String refusal) {
        try {
            return manifest.classNames().find(name);
        } catch (UserError e) {
            throw new UserError(refusal + e.getMessage(), e);
        }
    }
}
