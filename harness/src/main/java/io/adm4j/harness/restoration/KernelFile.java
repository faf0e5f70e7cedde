package io.adm4j.harness.restoration;

import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.restoration.BlurKernel;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Reads the kernel of a blur: rows of numbers as text, or the levels of a gray image. */
public final class KernelFile {
    /** More than any kernel for images that a model makes. */
    private static final long MOST_BYTES = 1 << 24;

    private KernelFile() {}

    /**
     * Reads a kernel.
     *
     * @param size height and width of the images to blur; the kernel is less than two of them high and wide
     * @throws UserError if the file cannot be read, or holds no such kernel
     */
    public static BlurKernel read(Path path, int size) {
        if (!Files.isRegularFile(path)) {
            throw new UserError("There is no file --kernel " + path + ".");
        }
        BlurKernel kernel;
        try {
            kernel = isText(path) ? ofText(path) : ofImage(path);
        } catch (IllegalArgumentException e) {
            throw new UserError("--kernel " + path + " is no kernel: " + e.getMessage(), e);
        }
        int most = 2 * size - 1;
        if (kernel.height() > most || kernel.width() > most) {
            throw new UserError("--kernel " + path + " has " + kernel.height() + "x" + kernel.width()
                    + " numbers, and images of " + size + "x" + size + " pixels take at most " + most + "x" + most
                    + ".");
        }
        return kernel;
    }

    private static boolean isText(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".txt") || name.endsWith(".csv");
    }

    private static BlurKernel ofText(Path path) {
        List<double[]> rows;
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new UserError(
                        "--kernel " + path + " is too large for a kernel: give at most " + MOST_BYTES + " bytes.");
            }
            rows = Files.readAllLines(path).stream()
                    .filter(line -> !line.isBlank())
                    .map(line -> numbers(line, path))
                    .toList();
        } catch (MalformedInputException e) {
            throw new UserError("--kernel " + path + " holds no text: give rows of numbers, or an image.", e);
        } catch (IOException e) {
            throw new UserError("--kernel " + path + " could not be read: " + e.getMessage() + ".", e);
        }
        if (rows.isEmpty()) {
            throw new UserError("--kernel " + path + " is empty: give rows of numbers.");
        }
        int width = rows.get(0).length;
        if (rows.stream().anyMatch(row -> row.length != width)) {
            throw new UserError("--kernel " + path + " has rows of different lengths: give each as many numbers.");
        }
        return new BlurKernel(
                rows.size(),
                width,
                rows.stream().flatMapToDouble(Arrays::stream).toArray());
    }

    private static double[] numbers(String line, Path path) {
        return Arrays.stream(line.strip().split("\\s*[,;]\\s*|\\s+"))
                .mapToDouble(number -> {
                    try {
                        return Double.parseDouble(number);
                    } catch (NumberFormatException e) {
                        throw new UserError(
                                "--kernel " + path + " takes rows of numbers with spaces or commas between them, and "
                                        + Quoted.of(number) + " is no number.",
                                e);
                    }
                })
                .toArray();
    }

    private static BlurKernel ofImage(Path path) {
        Dataset images;
        try {
            images = InputImages.gray(path);
        } catch (UserError e) {
            throw new UserError(
                    "--kernel takes text that ends in .txt or .csv, or a square gray image: " + e.getMessage(), e);
        }
        if (images.size() != 1) {
            throw new UserError("--kernel takes one image, and " + images + " is not that.");
        }
        byte[] levels = new byte[images.imageBytes()];
        images.copy(0, levels);
        double[] weights = new double[levels.length];
        Arrays.setAll(weights, i -> levels[i] & 0xff);
        return new BlurKernel(images.imageSize(), images.imageSize(), weights);
    }
}
