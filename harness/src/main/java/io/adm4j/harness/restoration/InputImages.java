package io.adm4j.harness.restoration;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.restoration.Masking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads the images and the mask of a restoration. */
public final class InputImages {
    private InputImages() {}

    /**
     * Opens images, brought to a size as training does; a note says so where they have another.
     *
     * @param reading with the size
     * @throws UserError if there are no images that can be read
     */
    public static Dataset open(Path path, DatasetOptions reading, Consumer<String> notes) {
        if (!Files.exists(path)) {
            throw new UserError("There is no file or folder --input " + path + ".");
        }
        Dataset images = Dataset.open(path, reading, notes);
        if (!hasSize(path, reading)) {
            String size = reading.imageSize() + "x" + reading.imageSize();
            notes.accept(
                    "Note: the images of --input are not " + size + ": they are brought to that size as for training.");
        }
        return images;
    }

    private static boolean hasSize(Path path, DatasetOptions reading) {
        try {
            return Dataset.open(path, reading.withSize(DatasetOptions.AS_STORED))
                            .imageSize()
                    == reading.imageSize();
        } catch (UserError e) {
            // Images of several sizes, or such that are not square.
            return false;
        }
    }

    /**
     * Reads a mask.
     *
     * @param size height and width that it must have
     * @return with light pixels known
     * @throws UserError if it cannot be read, is no single image, or has another size
     */
    public static Masking mask(Path path, int size) {
        if (!Files.isRegularFile(path)) {
            throw new UserError("There is no file --mask " + path + ".");
        }
        Dataset images;
        try {
            images = gray(path);
        } catch (UserError e) {
            throw new UserError("--mask takes an image of " + size + "x" + size + " pixels: " + e.getMessage(), e);
        }
        if (images.size() != 1 || images.imageSize() != size) {
            throw new UserError("--mask takes one image of the model's size, " + size + "x" + size + " pixels, and "
                    + images + " is not that.");
        }
        byte[] levels = new byte[images.imageBytes()];
        images.copy(0, levels);
        return Masking.ofLevels(levels);
    }

    /** Gray images of the size that they have. */
    static Dataset gray(Path path) {
        return Dataset.open(path, new DatasetOptions(DatasetOptions.AS_STORED, Split.TEST).withChannels(1));
    }
}
