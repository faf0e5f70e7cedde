package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.io.CheckedZip;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The image files below a folder or in archives, sorted by name or, in tar archives, as they come; hidden files are not looked at.
 *
 * @param root folder or archive
 * @param images files named as images
 * @param others names of other files
 * @param labels the file {@code dataset.json} at the top
 */
record ImageFiles(Path root, List<ImageEntry> images, List<String> others, Optional<ImageEntry> labels) {
    private static final int LISTED = 5;
    private static final int NEAR = 1024;

    ImageFiles {
        images = List.copyOf(images);
        others = List.copyOf(others);
    }

    /**
     * Lists a folder and its sub-folders. If all images are in one folder with their labels, names are taken from there
     * on.
     *
     * @throws UserError if it cannot be read
     */
    static ImageFiles inFolder(Path folder) {
        List<ImageEntry.OnDisk> files = filesBelow(folder);
        String top = commonFolder(files.stream()
                .map(ImageEntry::name)
                .filter(n -> ImageFormat.isNamed(n) && !isHidden(n))
                .toList());
        if (files.stream().noneMatch(f -> f.name().equals(top + DatasetLabels.FILE))) {
            return sorted(folder, files.stream());
        }
        return sorted(
                folder,
                files.stream()
                        .filter(f -> f.name().startsWith(top))
                        .map(f -> new ImageEntry.OnDisk(f.name().substring(top.length()), f.file())));
    }

    private static List<ImageEntry.OnDisk> filesBelow(Path folder) {
        try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> new ImageEntry.OnDisk(name(folder, file), file))
                    .toList();
        } catch (UncheckedIOException e) {
            throw unreadable(folder, e.getCause());
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static UserError unreadable(Path folder, IOException e) {
        return e instanceof FileSystemLoopException loop
                ? new UserError("The link " + loop.getFile() + " leads back to a folder above it: remove the link.", e)
                : new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
    }

    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    /**
     * Lists a zip archive. If it holds a single folder, names are taken from there on.
     *
     * @throws UserError if it cannot be read
     */
    static ImageFiles inArchive(Path archive) {
        try {
            // Open as long as the images are in use; it goes with them.
            ZipFile zip = CheckedZip.open(archive);
            List<? extends ZipEntry> entries =
                    zip.stream().filter(e -> !e.isDirectory()).toList();
            String top = commonFolder(entries.stream()
                    .map(ZipEntry::getName)
                    .filter(n -> !isHidden(n))
                    .toList());
            return sorted(
                    archive,
                    entries.stream()
                            .filter(e -> e.getName().startsWith(top))
                            .map(e -> new ImageEntry.InArchive(e.getName().substring(top.length()), zip, e)));
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(
                    "The archive " + archive + " could not be read (" + e.getMessage() + "); fetch or write it again.",
                    e);
        }
    }

    /** The folder, with a slash, that all files are in; empty if there is none. */
    private static String commonFolder(List<String> names) {
        if (names.isEmpty() || names.get(0).indexOf('/') < 0) {
            return "";
        }
        String top = names.get(0).substring(0, names.get(0).indexOf('/') + 1);
        return names.stream().allMatch(n -> n.startsWith(top)) ? top : "";
    }

    private static ImageFiles sorted(Path root, Stream<? extends ImageEntry> files) {
        List<ImageEntry> images = new ArrayList<>();
        List<String> others = new ArrayList<>();
        Optional<ImageEntry> labels = Optional.empty();
        List<? extends ImageEntry> visible = files.filter(f -> !isHidden(f.name()))
                .sorted(Comparator.comparing(ImageEntry::folder).thenComparing(ImageEntry::name))
                .toList();
        for (ImageEntry file : visible) {
            if (ImageFormat.isNamed(file.name())) {
                images.add(file);
            } else if (file.name().equals(DatasetLabels.FILE)) {
                labels = Optional.of(file);
            } else {
                others.add(file.shown());
            }
        }
        return new ImageFiles(root, images, others, labels);
    }

    static boolean isHidden(String name) {
        return name.startsWith(".") || name.contains("/.") || name.startsWith("__MACOSX/");
    }

    /**
     * Checks all images by their headers and their ends, on all processors, and leaves out what cannot be used.
     *
     * @param channels that are needed of the images
     * @param strict whether a file that cannot be used is an error
     * @param warnings receives a sentence that counts and names what is left out, and one that counts colors that become gray
     * @throws UserError if there is such a file and {@code strict}, or no image is left, or one lacks alpha
     */
    Checked checked(FileChannels channels, boolean strict, Consumer<String> warnings) {
        List<Check> checks = new ArrayList<>();
        for (int from = 0; from < images.size(); from += NEAR) {
            // Some at a time: threads near each other share what has to be decompressed.
            checks.addAll(images.subList(from, Math.min(from + NEAR, images.size())).parallelStream()
                    .map(Check::of)
                    .toList());
        }
        List<ImageEntry> good = checks.stream()
                .filter(c -> c.reason().isEmpty())
                .map(Check::file)
                .toList();
        List<String> bad = checks.stream()
                .filter(c -> !c.reason().isEmpty())
                .map(c -> c.file().shown() + " (" + c.reason() + ")")
                .toList();
        if (!bad.isEmpty() && (strict || good.isEmpty())) {
            throw new UserError(bad.size() + " of " + images.size() + " images in " + root + " cannot be used: "
                    + listed(bad) + "; replace or remove them" + (good.isEmpty() ? "." : ", or leave out --strict."));
        }
        if (!bad.isEmpty()) {
            warnings.accept("Left out " + bad.size() + " of " + images.size() + " images in " + root + ": "
                    + listed(bad) + ".");
        }
        if (!others.isEmpty()) {
            warnings.accept("Ignored " + others.size() + (others.size() == 1 ? " file" : " files") + " in " + root
                    + " not named as images (" + ImageFormat.endings() + "): " + listed(others) + ".");
        }
        compare(channels, checks, warnings);
        boolean gray = checks.stream()
                .filter(c -> c.reason().isEmpty())
                .noneMatch(c -> c.channels().color());
        return new Checked(new ImageFiles(root, good, others, labels), gray, sizes(checks));
    }

    /**
     * Files that can be used.
     *
     * @param gray whether all images are
     * @param sizes two that differ, with their files, if there are such
     */
    record Checked(ImageFiles files, boolean gray, Optional<String> sizes) {}

    private static Optional<String> sizes(List<Check> checks) {
        List<Check> known = checks.stream()
                .filter(c -> c.reason().isEmpty() && !c.header().size().equals(ImageSize.UNKNOWN))
                .toList();
        return known.stream()
                .filter(c -> !c.header().size().equals(known.get(0).header().size()))
                .findFirst()
                .map(c -> known.get(0).sized() + " and " + c.sized());
    }

    private void compare(FileChannels needed, List<Check> checks, Consumer<String> warnings) {
        List<Check> good = checks.stream().filter(c -> c.reason().isEmpty()).toList();
        if (needed.alpha()) {
            good.stream().filter(c -> !c.channels().alpha()).findFirst().ifPresent(c -> {
                throw new UserError("The image " + c.file().shown() + " in " + root + " has no alpha channel, and the"
                        + " network takes " + needed.count()
                        + " channels (flag in_channels): save all images with alpha,"
                        + " or give a network with in_channels " + (needed.count() - 1) + ".");
            });
        }
        long colors = good.stream().filter(c -> c.channels().color()).count();
        if (!needed.color() && colors > 0) {
            warnings.accept("Converted " + colors + " of " + Count.of(good.size(), "image") + " in " + root
                    + " from color to gray (luma): the network takes " + Count.of(needed.count(), "channel") + ".");
        }
    }

    /**
     * What the header and the end of a file say.
     *
     * @param reason why it cannot be used; empty if it can
     * @param header null if it cannot be used
     */
    private record Check(ImageEntry file, String reason, ImageHeader header) {
        FileChannels channels() {
            return header.channels();
        }

        /** For messages: "64x48 (a.png)". */
        String sized() {
            return header.size() + " (" + file.shown() + ")";
        }

        static Check of(ImageEntry file) {
            try {
                return new Check(file, "", file.check());
            } catch (UnreadableImageException e) {
                return new Check(file, Objects.requireNonNull(e.getMessage()), null);
            } catch (IOException | RuntimeException e) {
                return new Check(file, "it could not be read", null);
            }
        }
    }

    private static String listed(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
        return names.size() <= LISTED ? first : first + " and " + (names.size() - LISTED) + " more";
    }

    /** The files whose checksum is that of the images: the archives, or the image files. */
    List<Path> sources() {
        List<Path> files = new ArrayList<>();
        Path last = null;
        for (ImageEntry image : images) {
            if (image instanceof ImageEntry.OnDisk onDisk) {
                files.add(onDisk.file());
            } else if (image instanceof ImageEntry.InTar inTar && !inTar.file().equals(last)) {
                last = inTar.file();
                files.add(last);
            } else if (image instanceof ImageEntry.InParquet inParquet
                    && !inParquet.page().file().equals(last)) {
                last = inParquet.page().file();
                files.add(last);
            }
        }
        labels.ifPresent(file -> {
            if (file instanceof ImageEntry.OnDisk onDisk) {
                files.add(onDisk.file());
            }
        });
        return files.isEmpty() ? List.of(root) : files;
    }
}
