package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A CSV file with the labels of images that are somewhere else. A line is the name of an image file, a comma and its label, with
 * the number of the image from 0 instead of a name for arrays; or a label alone, and the lines are in the order of the images. The
 * first line may name the columns: {@code file} (or {@code path}, {@code image}, {@code number}, {@code row}, {@code index}) and
 * {@code label} (or {@code class}), in any order and among others.
 *
 * @param images name or number of each; empty if the lines are in the order of the images
 * @param labels one for each line
 */
record LabelFile(Path csv, Optional<List<String>> images, List<String> labels) {
    private static final Set<String> NUMBER = Set.of("number", "row", "index");
    private static final int LISTED = 3;

    /**
     * Reads a file.
     *
     * @throws UserError if it cannot be read, or has a line without a label or an image twice
     */
    static LabelFile read(Path csv) {
        List<List<String>> rows = CsvFile.rows(csv);
        List<String> heading = rows.isEmpty() ? List.of() : rows.get(0);
        boolean named = CsvFile.column(heading, ImageList.LABEL) >= 0;
        int label = named ? CsvFile.column(heading, ImageList.LABEL) : Math.min(1, heading.size() - 1);
        int image = named ? imageColumn(heading) : label - 1;
        List<String> images = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int line = named ? 1 : 0; line < rows.size(); line++) {
            List<String> row = rows.get(line);
            if (CsvFile.isEmpty(row)) {
                continue;
            }
            int shown = line + 1;
            labels.add(CsvFile.cell(row, label)
                    .orElseThrow(() -> new UserError("Line " + shown + " of " + csv + " has no label.")));
            if (image >= 0) {
                images.add(CsvFile.cell(row, image)
                        .orElseThrow(() -> new UserError("Line " + shown + " of " + csv + " names no image."))
                        .replace('\\', '/'));
            }
        }
        if (labels.isEmpty()) {
            throw new UserError("The file " + csv + " has no labels: a line is a file name, a comma and a label.");
        }
        return new LabelFile(csv, image < 0 ? Optional.empty() : Optional.of(images), labels);
    }

    private static int imageColumn(List<String> heading) {
        int path = CsvFile.column(heading, ImageList.PATH);
        return path >= 0 ? path : CsvFile.column(heading, NUMBER);
    }

    /**
     * The labels of image files, which may be named by their path below the folder or in the archive, or by their name alone where
     * no two have the same.
     *
     * @throws UserError unless each has one, and each line its image
     */
    DatasetLabels of(ImageFiles files) {
        List<String> paths = files.images().stream().map(ImageEntry::name).toList();
        if (images.isEmpty()) {
            return inOrder(paths.size(), files.root());
        }
        List<String> names = paths.stream()
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .toList();
        boolean unique = names.stream().distinct().count() == names.size();
        boolean byPath = !unique || images.get().stream().anyMatch(name -> name.indexOf('/') >= 0);
        return paired(byPath ? paths : names, files.root());
    }

    /**
     * The labels of images that have no names.
     *
     * @param source for messages
     * @throws UserError unless each has one, and each line its image
     */
    DatasetLabels of(int count, Path source) {
        return images.isEmpty()
                ? inOrder(count, source)
                : paired(IntStream.range(0, count).mapToObj(Integer::toString).toList(), source);
    }

    private DatasetLabels inOrder(int count, Path source) {
        if (labels.size() != count) {
            throw new UserError("The file " + csv + " has " + Count.of(labels.size(), "label") + ", and " + source + " "
                    + Count.of(count, "image") + ": give each image a line, or name the images in a column.");
        }
        return DatasetLabels.written(labels);
    }

    private DatasetLabels paired(List<String> names, Path source) {
        Map<String, String> known = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            String name = images.orElseThrow().get(i);
            if (known.put(name, labels.get(i)) != null) {
                throw new UserError("The file " + csv + " names " + name + " twice: leave one out.");
            }
        }
        List<String> without =
                names.stream().filter(name -> !known.containsKey(name)).toList();
        if (!without.isEmpty()) {
            throw new UserError("The file " + csv + " has no label for " + listed(without) + " in " + source
                    + "; images are named by "
                    + (isNumber(names) ? "their numbers from 0" : "their file names") + ".");
        }
        Map<String, String> left = new HashMap<>(known);
        names.forEach(left::remove);
        if (!left.isEmpty()) {
            throw new UserError("The file " + csv + " has labels for images that are not in " + source + ": "
                    + listed(known.keySet().stream().filter(left::containsKey).toList()) + ".");
        }
        return DatasetLabels.written(names.stream()
                .flatMap(name -> Stream.ofNullable(known.get(name)))
                .toList());
    }

    private static boolean isNumber(List<String> names) {
        return names.get(0).equals("0");
    }

    private static String listed(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
        return names.size() <= LISTED ? first : first + " and " + (names.size() - LISTED) + " more";
    }
}
