package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Stream;

/**
 * Image files: one sub-folder per class, or files named {@code label_anything.ext} in one folder. Classes are numbered
 * in the order of their names.
 *
 * <p>A file is decoded when it is needed. Decoded images are kept, if asked for, where all fit into a quarter of the
 * heap.
 */
final class FolderSource implements ImageSource {
    private final List<Path> files;
    private final int imageSize;
    private final boolean asStored;
    private final AtomicReferenceArray<byte[]> kept;

    private FolderSource(List<Path> files, DatasetOptions options, boolean keep) {
        this.files = files;
        this.asStored = options.imageSize() == DatasetOptions.AS_STORED;
        this.imageSize = asStored ? decode(files.get(0)).width() : options.imageSize();
        long bytes = files.size() * 3L * imageSize * imageSize;
        boolean fits = bytes <= Runtime.getRuntime().maxMemory() / 4;
        this.kept = keep && fits ? new AtomicReferenceArray<>(files.size()) : null;
    }

    /** @param keep whether to keep decoded images in memory */
    static Dataset open(Path folder, DatasetOptions options, boolean keep) {
        List<Path> folders = entries(folder).filter(Files::isDirectory).toList();
        List<Path> files = entries(folder).filter(FolderSource::isImage).toList();
        if (files.isEmpty() && folders.isEmpty()) {
            throw new UserError("The folder " + folder + " holds no images (" + ImageFormat.endings()
                    + "), no sub-folders of images and no IDX files.");
        }
        if (!files.isEmpty() && !folders.isEmpty()) {
            throw new UserError("The folder " + folder + " holds both images ("
                    + files.get(0).getFileName()
                    + ") and sub-folders (" + folders.get(0).getFileName()
                    + "); use either one sub-folder per class or files named label_name.ext.");
        }
        return files.isEmpty() ? bySubFolder(folder, folders, options, keep) : byPrefix(folder, files, options, keep);
    }

    private static Dataset bySubFolder(Path folder, List<Path> folders, DatasetOptions options, boolean keep) {
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int label = 0; label < folders.size(); label++) {
            List<Path> own = imagesBelow(folders.get(label));
            if (own.isEmpty()) {
                throw new UserError(
                        "The class folder " + folders.get(label) + " holds no images; add some or remove the folder.");
            }
            files.addAll(own);
            for (int i = 0; i < own.size(); i++) {
                labels.add(label);
            }
        }
        List<String> names =
                folders.stream().map(f -> f.getFileName().toString()).toList();
        return new Dataset(new FolderSource(files, options, keep), ints(labels), names, folder, files);
    }

    private static Dataset byPrefix(Path folder, List<Path> files, DatasetOptions options, boolean keep) {
        boolean labeled =
                files.stream().allMatch(f -> f.getFileName().toString().indexOf('_') > 0);
        FolderSource images = new FolderSource(files, options, keep);
        if (!labeled) {
            return new Dataset(images, null, List.of(), folder, files);
        }
        List<String> names =
                files.stream().map(FolderSource::prefix).distinct().sorted().toList();
        int[] labels = files.stream().mapToInt(f -> names.indexOf(prefix(f))).toArray();
        return new Dataset(images, labels, names, folder, files);
    }

    private static String prefix(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.indexOf('_'));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The entries of a folder sorted by name, without hidden ones. */
    private static Stream<Path> entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries
                    .filter(e -> !e.getFileName().toString().startsWith("."))
                    .sorted(Comparator.comparing(e -> e.getFileName().toString()))
                    .toList()
                    .stream();
        } catch (IOException | UncheckedIOException e) {
            throw new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private static List<Path> imagesBelow(Path folder) {
        try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(FolderSource::isImage)
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private static boolean isImage(Path file) {
        return ImageFormat.isNamed(file.getFileName().toString()) && Files.isRegularFile(file);
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public int imageSize() {
        return imageSize;
    }

    @Override
    public void copy(int index, byte[] target, int offset) {
        byte[] pixels = kept == null ? null : kept.get(index);
        if (pixels == null) {
            pixels = load(files.get(index));
            if (kept != null) {
                kept.set(index, pixels);
            }
        }
        System.arraycopy(pixels, 0, target, offset, pixels.length);
    }

    private byte[] load(Path file) {
        RgbImage image = decode(file);
        if (!asStored) {
            return ImageResizer.squared(image, imageSize).pixels();
        }
        if (image.width() != imageSize || image.height() != imageSize) {
            throw new UserError("The image " + file + " is " + image.width() + "x" + image.height()
                    + ", but all images here must be " + imageSize + "x" + imageSize + ".");
        }
        return image.pixels();
    }

    private static RgbImage decode(Path file) {
        try {
            return ImageDecoder.decode(Files.readAllBytes(file));
        } catch (UnreadableImageException e) {
            throw new UserError(
                    "The image " + file + " cannot be used: " + e.getMessage() + "; replace or remove it.", e);
        } catch (IOException e) {
            throw new UserError("The image " + file + " could not be read: " + e.getMessage() + ".", e);
        }
    }
}
