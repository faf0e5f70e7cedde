package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A CSV file (RFC 4180, UTF-8) that lists image files with their labels: a path and, if there is a second column, a label in
 * each line. Paths are relative to the file. The first line may name the columns {@code path} and {@code label}, in any order
 * and among others.
 *
 * @param images in the order of the lines
 * @param labels one for each image; empty without a column of labels
 */
record ImageList(List<ImageEntry> images, List<String> labels) {
    static final Set<String> PATH = Set.of("path", "file", "filename", "image");
    static final Set<String> LABEL = Set.of("label", "class");

    /**
     * Reads a list.
     *
     * @throws UserError if it cannot be read, lists no image or one that is not there, or some lines have no label
     */
    static ImageList read(Path csv) {
        List<List<String>> rows = CsvFile.rows(csv);
        Columns columns = rows.isEmpty() ? Columns.FIRST_AND_SECOND : Columns.of(csv, rows.get(0));
        Path folder = folder(csv);
        List<ImageEntry> images = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int line = columns.named() ? 1 : 0; line < rows.size(); line++) {
            List<String> row = rows.get(line);
            if (CsvFile.isEmpty(row)) {
                continue;
            }
            images.add(image(csv, folder, line + 1, CsvFile.cell(row, columns.path())));
            CsvFile.cell(row, columns.label()).ifPresent(labels::add);
            if (!labels.isEmpty() && labels.size() < images.size()) {
                throw new UserError("Up to line " + (line + 1) + " of " + csv
                        + " some images have a label and some have none: give all a label, or none.");
            }
        }
        if (images.isEmpty()) {
            throw new UserError("The list " + csv + " names no images: a line is a path, a comma and a label.");
        }
        return new ImageList(images, labels);
    }

    /** The folder to which paths are relative. */
    static Path folder(Path csv) {
        return csv.toAbsolutePath().normalize().getParent();
    }

    private static ImageEntry image(Path csv, Path folder, int line, Optional<String> name) {
        String path = name.orElseThrow(() -> new UserError("Line " + line + " of " + csv + " has no path."));
        try {
            Path file = folder.resolve(path).normalize();
            if (Files.isRegularFile(file)) {
                return new ImageEntry.OnDisk(path.replace('\\', '/'), file);
            }
        } catch (InvalidPathException e) {
            // No such file either.
        }
        throw new UserError("Line " + line + " of " + csv + " names an image that is not there: "
                + new ImageEntry.OnDisk(path, csv).shown() + ". Paths are relative to the list.");
    }

    /** Which columns are which, from 0; a negative one is not there. */
    private record Columns(int path, int label, boolean named) {
        static final Columns FIRST_AND_SECOND = new Columns(0, 1, false);

        static Columns of(Path csv, List<String> first) {
            int path = CsvFile.column(first, PATH);
            if (path < 0 || Files.exists(folder(csv).resolve(first.get(path).strip()))) {
                return FIRST_AND_SECOND;
            }
            return new Columns(path, CsvFile.column(first, LABEL), true);
        }
    }
}
