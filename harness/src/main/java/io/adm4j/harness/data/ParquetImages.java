package io.adm4j.harness.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.parquet.PageCache;
import io.adm4j.harness.data.parquet.ParquetColumn;
import io.adm4j.harness.data.parquet.ParquetFile;
import io.adm4j.harness.data.parquet.ParquetPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The image files in a column of Parquet files, one a row, in the order of the files and within them. As Hugging Face writes them, a
 * column {@code image} has {@code bytes} and {@code path} below it, {@code label} has numbers, and the file says the names of the
 * classes; or the column itself has the bytes.
 *
 * <p>Of a file the labels and the places of its pages are kept; a page is read when one of its images is needed.
 *
 * @param labels one for each image; {@link DatasetLabels#NONE} if there is no column of labels
 */
record ParquetImages(ImageFiles files, DatasetLabels labels) {
    static final String ENDING = ".parquet";

    private static final List<String> IMAGES = List.of(
            "image", "img", "png", "jpg", "jpeg", "webp", "bytes", "image_bytes", "img_bytes", "image_data", "content");
    private static final List<String> LABELS =
            List.of("label", "labels", "cls", "class", "class_label", "class_id", "fine_label", "target");
    private static final String BYTES = "bytes";
    private static final Pattern SPLIT = Pattern.compile("(.+)-\\d+-of-\\d+" + Pattern.quote(ENDING));
    /** Where Hugging Face's library says what the columns are. */
    private static final String FEATURES = "huggingface";

    /**
     * Reads labels and where the images are.
     *
     * @param path a file, a folder or a pattern of them
     * @param withLabels whether to look for labels
     * @param most bytes of pages to keep in memory
     * @throws UserError if one is damaged, or some images have a label and some have none
     */
    static ParquetImages read(Path path, boolean withLabels, long most) {
        List<Path> shards = Shards.of(path, ENDING);
        requireOneSplit(path, shards);
        Reading reading = new Reading(path, withLabels, new PageCache(most));
        shards.forEach(reading::add);
        return reading.finish();
    }

    private static void requireOneSplit(Path path, List<Path> shards) {
        TreeSet<String> splits = new TreeSet<>();
        for (Path shard : shards) {
            Matcher name = SPLIT.matcher(shard.getFileName().toString());
            if (name.matches()) {
                splits.add(name.group(1));
            }
        }
        if (splits.size() > 1 && Files.isDirectory(path)) {
            String split = splits.last();
            throw new UserError("The folder " + path + " has files of several splits (" + String.join(", ", splits)
                    + "): give those of one as a pattern, such as '" + path.resolve(split + "-*" + ENDING) + "'.");
        }
    }

    private static final class Reading {
        private static final int LISTED = 20;
        private static final int LONGEST_NUMBER = 6;
        private static final int LONGEST_LABEL = 200;
        private static final int MOST_CLASSES = 1_000_000;

        private final Path root;
        private final boolean withLabels;
        private final PageCache cache;
        private final ObjectMapper json = new ObjectMapper();
        private final List<ImageEntry> images = new ArrayList<>();
        /** One for each image; empty where it has none. */
        private final List<String> labels = new ArrayList<>();
        /** Each label once, however often it comes. */
        private final Map<String, String> same = new HashMap<>();
        /** Names of the classes that the files say; one list if they agree. */
        private final Set<List<String>> classes = new HashSet<>();

        Reading(Path root, boolean withLabels, PageCache cache) {
            this.root = root;
            this.withLabels = withLabels;
            this.cache = cache;
        }

        void add(Path shard) {
            try {
                ParquetFile file = ParquetFile.open(shard, cache);
                for (ParquetPage page : file.pages(imageColumn(shard, file.columns()))) {
                    for (int i = 0; i < page.size(); i++) {
                        images.add(new ImageEntry.InParquet(page, i));
                    }
                }
                Optional<ParquetColumn> column = withLabels ? labelColumn(shard, file.columns()) : Optional.empty();
                if (column.isPresent()) {
                    addLabels(file, column.get());
                }
                labels.addAll(Collections.nCopies(images.size() - labels.size(), ""));
            } catch (IOException e) {
                throw new UserError("The file " + shard + " could not be read as Parquet: " + e.getMessage() + ".", e);
            }
        }

        private ParquetColumn imageColumn(Path shard, List<ParquetColumn> columns) {
            List<ParquetColumn> found = columns.stream()
                    .filter(column -> column.kind() == ParquetColumn.Kind.BYTES && !column.repeated())
                    .filter(column -> column.path().size() == 1
                            || column.path().size() == 2 && column.path().get(1).equals(BYTES))
                    .toList();
            if (found.isEmpty()) {
                throw new UserError("The file " + shard + " has no column of image files, one a row, as bytes or as"
                        + " bytes and path; its columns are " + listed(columns) + ".");
            }
            List<ParquetColumn> named = IMAGES.stream()
                    .flatMap(name -> found.stream().filter(column -> isNamed(column, name)))
                    .toList();
            if (found.size() == 1) {
                return found.get(0);
            }
            if (named.size() == 1 || !named.isEmpty() && isNamed(named.get(0), IMAGES.get(0))) {
                return named.get(0);
            }
            throw new UserError("The file " + shard + " has several columns of bytes (" + listed(found)
                    + "): call the one with the images " + IMAGES.get(0) + ".");
        }

        private static Optional<ParquetColumn> labelColumn(Path shard, List<ParquetColumn> columns) {
            Optional<ParquetColumn> found = LABELS.stream()
                    .flatMap(name -> columns.stream().filter(column -> isNamed(column, name)))
                    .findFirst();
            found.filter(column -> column.kind() == ParquetColumn.Kind.OTHER
                            || column.repeated()
                            || column.path().size() > 1)
                    .ifPresent(column -> {
                        throw new UserError(
                                "The column " + column + " of " + shard + " has neither one integer nor one"
                                        + " text a row: write such labels, or none; training can leave them out with --labels none.");
                    });
            return found;
        }

        private static boolean isNamed(ParquetColumn column, String name) {
            return column.path().get(0).equalsIgnoreCase(name);
        }

        private static String listed(List<ParquetColumn> columns) {
            return columns.stream().limit(LISTED).map(ParquetColumn::toString).collect(Collectors.joining(", "))
                    + (columns.size() > LISTED ? " and others" : "");
        }

        private void addLabels(ParquetFile file, ParquetColumn column) throws IOException {
            for (ParquetPage page : file.pages(column)) {
                for (int i = 0; i < page.size(); i++) {
                    // Hugging Face's number for an image without a label, as in a test split, is -1.
                    String label = page.text(i)
                            .filter(text -> !column.kind().isInteger() || !text.startsWith("-"))
                            .map(String::strip)
                            .orElse("");
                    labels.add(same.computeIfAbsent(label, text -> text));
                    if (label.length() > LONGEST_LABEL || same.size() > MOST_CLASSES) {
                        throw new IOException("its column " + column + " has texts that are no labels: more than "
                                + MOST_CLASSES + " different ones, or longer ones than " + LONGEST_LABEL
                                + " characters");
                    }
                }
            }
            classes.add(classNames(file, column));
        }

        /** Those that Hugging Face's library has written down for numbers; empty without. */
        private List<String> classNames(ParquetFile file, ParquetColumn column) throws IOException {
            if (!column.kind().isInteger()) {
                return List.of();
            }
            try {
                JsonNode names = json.readTree(file.property(FEATURES).orElse("{}"))
                        .path("info")
                        .path("features")
                        .path(column.path().get(0))
                        .path("names");
                return StreamSupport.stream(names.spliterator(), false)
                        .map(JsonNode::asText)
                        .toList();
            } catch (JsonProcessingException e) {
                throw new IOException("its properties are damaged", e);
            }
        }

        ParquetImages finish() {
            if (images.isEmpty()) {
                throw new UserError("There are no images in " + root + ".");
            }
            return new ParquetImages(new ImageFiles(root, images, List.of(), Optional.empty()), found());
        }

        private DatasetLabels found() {
            int missing = labels.indexOf("");
            if (labels.stream().allMatch(String::isEmpty)) {
                return DatasetLabels.NONE;
            }
            if (missing >= 0) {
                throw new UserError("Some images in " + root + " have a label and some, as "
                        + images.get(missing).shown() + ", have none: give all a label or none; training can leave"
                        + " them out with --labels none.");
            }
            List<String> names = classes.size() == 1 ? classes.iterator().next() : List.of();
            boolean named = !names.isEmpty()
                    && Set.copyOf(names).size() == names.size()
                    && labels.stream()
                            .allMatch(label ->
                                    label.length() <= LONGEST_NUMBER && Integer.parseInt(label) < names.size());
            return named
                    ? new DatasetLabels(
                            labels.stream().mapToInt(Integer::parseInt).toArray(), names)
                    : DatasetLabels.written(labels);
        }
    }
}
