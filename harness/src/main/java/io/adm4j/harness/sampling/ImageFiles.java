package io.adm4j.harness.sampling;

import io.adm4j.bundle.ClassNames;
import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Sampled images as PNG files with seed and label in the name, such as {@code seed000012-label03-dress.png}.
 *
 * @param firstSeed of the first image; the i-th (from 0) has this plus i
 * @param classes whose names follow the labels
 */
public record ImageFiles(long firstSeed, ClassNames classes) {
    private static final int LONGEST_NAME = 40;
    private static final int LEAST_LABEL_DIGITS = 2;

    /**
     * Name of an image's file: ASCII letters, digits, hyphens and a dot.
     *
     * @param number of the image, from 0
     * @param labels its label, or none
     */
    public String name(int number, int... labels) {
        StringBuilder name = new StringBuilder(String.format(Locale.ROOT, "seed%06d", firstSeed + number));
        for (int label : labels) {
            int digits = Math.max(
                    LEAST_LABEL_DIGITS,
                    String.valueOf(Math.max(0, classes.count() - 1)).length());
            name.append(String.format(Locale.ROOT, "-label%0" + digits + "d", label));
            String spelled = label < classes.names().size() ? safe(classes.name(label)) : "";
            name.append(spelled.isEmpty() ? "" : "-" + spelled);
        }
        return name.append(".png").toString();
    }

    /** A class name with everything but ASCII letters and digits as hyphens. */
    private static String safe(String name) {
        String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String cut = letters.length() > LONGEST_NAME ? letters.substring(0, LONGEST_NAME) : letters;
        return cut.replaceAll("^-|-$", "");
    }

    /**
     * Writes a batch into a folder, a file for each image; files of the same name are replaced.
     *
     * @throws UserError if that fails
     */
    public void write(FinishedBatch batch, Path folder) {
        for (int i = 0; i < batch.count(); i++) {
            int[] label = batch.labels().length == 0 ? batch.labels() : Arrays.copyOfRange(batch.labels(), i, i + 1);
            write(batch.images(), i, folder.resolve(name(batch.from() + i, label)));
        }
    }

    /**
     * Writes one image of a batch.
     *
     * @param images uint8 {@code [N, H, W, C]}
     * @param row which of them, from 0
     * @throws UserError if that fails
     */
    public static void write(Tensor images, int row, Path file) {
        byte[] png = PngWriter.encode(
                images.rows(row, row + 1).toByteArray(), (int) images.dim(2), (int) images.dim(1), (int) images.dim(3));
        try {
            AtomicFile.write(file, part -> Files.write(part, png));
        } catch (IOException e) {
            throw new UserError("The image " + file + " could not be written: " + e.getMessage() + ".", e);
        }
    }
}
