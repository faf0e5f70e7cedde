package io.adm4j.harness.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The labels of image files: those of a file {@code dataset.json}, which has the form <code>{"labels": [["path", n],
 * ...]}</code>; without one the first sub-folder, or the beginning of the name up to {@code _}.
 *
 * @param labels one for each image, in [0, names.size()); null if there are none
 * @param names of the classes
 */
record DatasetLabels(int[] labels, List<String> names) {
    static final String FILE = "dataset.json";
    private static final int LARGEST = 1_000_000;
    /** Up to 999,999, so that a mistake does not make a network of millions of classes. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,6}");

    static final DatasetLabels NONE = new DatasetLabels(null, List.of());

    /**
     * Labels of some files.
     *
     * @param files at least one
     * @throws UserError if only some have a label, or some lack what the convention asks for
     */
    static DatasetLabels of(ImageFiles files, DatasetOptions options) {
        return options.labels() != LabelConvention.NONE && options.labelFile().isPresent()
                ? LabelFile.read(options.labelFile().get()).of(files)
                : of(files, options.labels());
    }

    private static DatasetLabels of(ImageFiles files, LabelConvention convention) {
        return switch (convention) {
            case AUTO -> found(files);
            case FOLDER -> ofFolders(files);
            case PREFIX -> ofPrefixes(files);
            case NONE -> NONE;
        };
    }

    private static DatasetLabels ofFolders(ImageFiles files) {
        requireAll(files, image -> !image.folder().isEmpty(), "folder", "is in no sub-folder");
        return named(files.images().stream().map(ImageEntry::folder).toList());
    }

    private static DatasetLabels ofPrefixes(ImageFiles files) {
        requireAll(files, image -> baseName(image).indexOf('_') > 0, "prefix", "has none: no _ within its name");
        List<String> prefixes = files.images().stream()
                .map(DatasetLabels::baseName)
                .map(name -> name.substring(0, name.indexOf('_')))
                .toList();
        return numbered(prefixes, sorted(prefixes));
    }

    private static String baseName(ImageEntry image) {
        return image.name().substring(image.name().lastIndexOf('/') + 1);
    }

    private static void requireAll(ImageFiles files, Predicate<ImageEntry> fits, String convention, String reason) {
        List<ImageEntry> others =
                files.images().stream().filter(image -> !fits.test(image)).toList();
        if (!others.isEmpty()) {
            throw new UserError("--labels " + convention + " takes the class of each image from its "
                    + (convention.equals("folder") ? "sub-folder" : "name") + ", and "
                    + Count.of(others.size(), "image") + " in " + files.root() + " cannot have one; the first, "
                    + others.get(0).shown() + ", " + reason + ".");
        }
    }

    /** Without doubles, in the order of their code points, in which Python sorts texts. */
    private static List<String> sorted(List<String> names) {
        return names.stream()
                .distinct()
                .sorted((a, b) ->
                        Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private static DatasetLabels numbered(List<String> classOfEach, List<String> ordered) {
        Map<String, Integer> label = new HashMap<>();
        ordered.forEach(name -> label.put(name, label.size()));
        return new DatasetLabels(classOfEach.stream().mapToInt(label::get).toArray(), ordered);
    }

    /**
     * Labels that are written down.
     *
     * @param given one for each image, numbers from 0 or names; numbers keep their value
     */
    static DatasetLabels written(List<String> given) {
        boolean numbers = given.stream().allMatch(label -> NUMBER.matcher(label).matches());
        if (!numbers) {
            return numbered(given, sorted(given));
        }
        int[] labels = given.stream().mapToInt(Integer::parseInt).toArray();
        int classes = Arrays.stream(labels).max().orElseThrow() + 1;
        return new DatasetLabels(
                labels, IntStream.range(0, classes).mapToObj(Integer::toString).toList());
    }

    private static DatasetLabels found(ImageFiles files) {
        if (files.labels().isPresent()) {
            return fromJson(files, files.labels().get());
        }
        List<String> names = files.images().stream().map(ImageEntry::name).toList();
        Optional<ImageEntry> top =
                files.images().stream().filter(f -> f.folder().isEmpty()).findFirst();
        Optional<ImageEntry> below =
                files.images().stream().filter(f -> !f.folder().isEmpty()).findFirst();
        if (top.isPresent() && below.isPresent()) {
            throw new UserError(files.root() + " holds both images ("
                    + top.get().shown() + ") and images in sub-folders ("
                    + below.get().shown()
                    + "); use either one sub-folder per class or files named label_name.ext.");
        }
        if (below.isPresent()) {
            return named(files.images().stream().map(ImageEntry::folder).toList());
        }
        if (!names.stream().allMatch(n -> n.indexOf('_') > 0)) {
            return NONE;
        }
        List<String> prefixes =
                names.stream().map(n -> n.substring(0, n.indexOf('_'))).toList();
        return tellApart(prefixes) ? named(prefixes) : NONE;
    }

    /** Not the same for all files, as "sample", nor another for each, as a running number: such prefixes are no classes. */
    private static boolean tellApart(List<String> prefixes) {
        long different = prefixes.stream().distinct().count();
        return different > 1 && different < prefixes.size();
    }

    /** Classes in the order of their names, or of their numbers where they are called 0 to N - 1. */
    private static DatasetLabels named(List<String> classOfEach) {
        List<String> names = List.copyOf(new TreeSet<>(classOfEach));
        List<String> numbers =
                IntStream.range(0, names.size()).mapToObj(Integer::toString).toList();
        List<String> ordered = names.containsAll(numbers) ? numbers : names;
        return numbered(classOfEach, ordered);
    }

    private static DatasetLabels fromJson(ImageFiles files, ImageEntry json) {
        Path root = files.root();
        JsonNode all = parsed(root, json).path("labels");
        if (all.isNull() || all.isMissingNode()) {
            return NONE;
        }
        Map<String, Integer> known = new HashMap<>();
        for (JsonNode pair : all) {
            JsonNode label = pair.path(1);
            if (!pair.path(0).isTextual() || !label.isInt() || label.intValue() < 0 || label.intValue() > LARGEST) {
                throw new UserError("The file " + FILE + " in " + root + " has an entry that is not"
                        + " [\"path\", class number]; class numbers are integers from 0.");
            }
            known.put(pair.get(0).textValue().replace('\\', '/'), label.intValue());
        }
        int[] labels = new int[files.images().size()];
        for (int i = 0; i < labels.length; i++) {
            Integer label = known.get(files.images().get(i).name());
            if (label == null) {
                throw new UserError("The file " + FILE + " in " + root + " has no label for "
                        + files.images().get(i).shown() + "; add it, or remove the image.");
            }
            labels[i] = label;
        }
        int classes = Arrays.stream(labels).max().orElseThrow() + 1;
        return new DatasetLabels(
                labels, IntStream.range(0, classes).mapToObj(Integer::toString).toList());
    }

    private static JsonNode parsed(Path root, ImageEntry json) {
        try {
            return new ObjectMapper().readTree(json.read());
        } catch (JsonProcessingException e) {
            throw new UserError("The file " + FILE + " in " + root + " is not JSON; write it again.", e);
        } catch (IOException | UnreadableImageException e) {
            throw new UserError("The file " + FILE + " in " + root + " could not be read; write it again.", e);
        }
    }

    /** The labels of those images that are left of {@code all}, both in their order; null if there are none. */
    int[] of(List<ImageEntry> all, List<ImageEntry> left) {
        if (labels == null) {
            return null;
        }
        int[] result = new int[left.size()];
        for (int i = 0, n = 0; n < result.length; i++) {
            if (all.get(i) == left.get(n)) {
                result[n++] = labels[i];
            }
        }
        return result;
    }
}
