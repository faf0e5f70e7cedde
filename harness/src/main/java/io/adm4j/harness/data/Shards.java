package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * The files that a dataset is divided into: one file, those of an ending in a folder, or those that a pattern names. Patterns are
 * those of shells ({@code *}, {@code ?}, {@code [0-9]}, <code>{a,b}</code>) and WebDataset's ranges of numbers
 * (<code>{0000..0146}</code>), in the last part of a path.
 */
final class Shards {
    private static final Pattern RANGE = Pattern.compile("\\{(\\d{1,9})\\.\\.(\\d{1,9})\\}");
    private static final int MOST = 100_000;

    private Shards() {}

    /** Whether a path that is no file is a pattern of files with an ending. */
    static boolean isPattern(Path path, String ending) {
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        return name.toLowerCase(Locale.ROOT).endsWith(ending)
                && name.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0)
                && !Files.exists(path);
    }

    /** Whether a folder has files with an ending, and no image files, so that they are its images. */
    static boolean areIn(Path folder, String ending) {
        try (Stream<Path> all = Files.list(folder)) {
            List<String> names = all.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .filter(name -> ImageFormat.isNamed(name)
                            || name.toLowerCase(Locale.ROOT).endsWith(ending))
                    .toList();
            return !names.isEmpty() && names.stream().noneMatch(ImageFormat::isNamed);
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /**
     * The files, in the order of their names, or of the numbers of a range.
     *
     * @param path file, folder or pattern
     * @param ending of files in a folder
     * @throws UserError if a file is not there
     */
    static List<Path> of(Path path, String ending) {
        if (Files.isDirectory(path)) {
            return matching(path, name -> name.toLowerCase(Locale.ROOT).endsWith(ending) && !name.startsWith("."));
        }
        return isPattern(path, ending) ? named(path) : List.of(path);
    }

    private static List<Path> named(Path pattern) {
        List<Path> files = new ArrayList<>();
        for (String name : expanded(pattern.getFileName().toString())) {
            Path folder = ImageList.folder(pattern);
            try {
                PathMatcher matcher = folder.getFileSystem().getPathMatcher("glob:" + name);
                List<Path> found = matching(folder, file -> matcher.matches(Path.of(file)));
                if (found.isEmpty()) {
                    throw new UserError("There is no file " + folder.resolve(name) + ".");
                }
                files.addAll(found);
            } catch (PatternSyntaxException e) {
                throw new UserError(
                        pattern + " is neither a file nor a pattern of files: " + e.getDescription() + ".", e);
            }
        }
        return files;
    }

    /** A pattern without ranges for each of their numbers. */
    private static List<String> expanded(String pattern) {
        Matcher range = RANGE.matcher(pattern);
        if (!range.find()) {
            return List.of(pattern);
        }
        int from = Integer.parseInt(range.group(1));
        int to = Integer.parseInt(range.group(2));
        if (from > to || to - from >= MOST) {
            throw new UserError("The range " + range.group() + " of files is empty or too large: give the lower number"
                    + " first, and at most " + MOST + " files.");
        }
        List<String> names = new ArrayList<>();
        for (int number = from; number <= to; number++) {
            String digits = String.valueOf(number);
            String padded = "0".repeat(Math.max(0, range.group(1).length() - digits.length())) + digits;
            names.addAll(expanded(pattern.substring(0, range.start()) + padded + pattern.substring(range.end())));
        }
        return names;
    }

    private static List<Path> matching(Path folder, Predicate<String> named) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(named)
                    .sorted()
                    .map(folder::resolve)
                    .toList();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static UserError unreadable(Path folder, IOException e) {
        return new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
    }
}
