package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Image files in a folder or in archives.
 *
 * <p>A file is decoded when it is needed. Decoded images are kept, if asked for, where all fit into a quarter of the
 * heap.
 */
final class ImageFileSource implements ImageSource {
    private final Path root;
    private final List<ImageEntry> files;
    private final int imageSize;
    private final int width;
    private final FileChannels channels;
    private final boolean gray;
    private final boolean asStored;
    /** Whether the files have several sizes and are brought to one that suits none in particular. */
    private final boolean fitted;

    private final AtomicReferenceArray<byte[]> kept;
    private final boolean strict;
    private final Consumer<String> warnings;
    /** Images that turned out to be damaged. */
    private final Set<Integer> damaged = ConcurrentHashMap.newKeySet();
    /** What the check found that may not be left out; null if nothing. */
    private volatile UserError refusal;

    private ImageFileSource(
            ImageFiles.Checked checked, DatasetOptions options, boolean keep, Consumer<String> warnings) {
        ImageFiles files = checked.files();
        this.gray = checked.gray();
        this.strict = options.strict();
        this.warnings = warnings;
        this.root = files.root();
        this.files = files.images();
        this.channels = FileChannels.of(options.channels(), root);
        this.asStored = options.keepsSize();
        boolean several = asStored && checked.sizes().isPresent();
        this.fitted = several
                && options.imageSize() == DatasetOptions.ANY_SHAPE
                && options.common().isPresent();
        if (fitted) {
            ImageSize common = options.common().orElseThrow();
            this.imageSize = common.height();
            this.width = common.width();
            warnings.accept("The images in " + root + " have several sizes, such as "
                    + checked.sizes().orElseThrow() + ": brought each to the network's, " + common + ", with "
                    + Resampling.BICUBIC_ANTIALIAS + ".");
        } else if (several) {
            throw new UserError("The images in " + root + " have several sizes, such as "
                    + checked.sizes().orElseThrow() + ": bring them to one first"
                    + (options.imageSize() == DatasetOptions.ANY_SHAPE
                            ? ", or give --resize " + Resampling.BICUBIC_ANTIALIAS
                                    + " with a feature network that has a size of its own."
                            : "."));
        } else if (asStored) {
            PixelImage first = decode(this.files.get(0));
            if (options.imageSize() == DatasetOptions.AS_STORED && first.width() != first.height()) {
                throw new UserError("The image " + shown(this.files.get(0)) + " is " + first.width() + "x"
                        + first.height() + "; square images are needed here.");
            }
            this.imageSize = first.height();
            this.width = first.width();
        } else {
            this.imageSize = options.imageSize();
            this.width = imageSize;
        }
        long bytes = (long) this.files.size() * channels.count() * imageSize * width;
        boolean fits = bytes <= Runtime.getRuntime().maxMemory() / 4;
        this.kept = keep && fits ? new AtomicReferenceArray<>(this.files.size()) : null;
    }

    /**
     * Opens a folder.
     *
     * @param keep whether to keep decoded images in memory
     * @param warnings receives what is left out
     */
    static Dataset openFolder(Path folder, DatasetOptions options, boolean keep, Consumer<String> warnings) {
        ImageFiles files = ImageFiles.inFolder(folder);
        if (files.images().isEmpty()) {
            throw new UserError("The folder " + folder + " holds no images (" + ImageFormat.endings()
                    + "), no sub-folders of images and no IDX files.");
        }
        boolean byFolder = options.labels() == LabelConvention.AUTO || options.labels() == LabelConvention.FOLDER;
        if (files.labels().isEmpty() && byFolder && options.labelFile().isEmpty()) {
            requireNoEmptyClass(folder, files);
        }
        return open(files, options, keep, warnings);
    }

    /** Opens a zip archive of image files; parameters as above. */
    static Dataset openArchive(Path archive, DatasetOptions options, boolean keep, Consumer<String> warnings) {
        ImageFiles files = ImageFiles.inArchive(archive);
        if (files.images().isEmpty()) {
            throw new UserError("The archive " + archive + " holds neither an array arr_0 with images nor image files ("
                    + ImageFormat.endings() + ").");
        }
        return open(files, options, keep, warnings);
    }

    /** Opens tar archives of image files; parameters as above. */
    static Dataset openTar(Path path, DatasetOptions options, boolean keep, Consumer<String> warnings) {
        TarImages tar = TarImages.read(path);
        DatasetLabels labels = options.labels() == LabelConvention.AUTO
                        && !tar.labels().isEmpty()
                        && options.labelFile().isEmpty()
                ? DatasetLabels.written(tar.labels())
                : DatasetLabels.of(tar.files(), options);
        return open(tar.files(), labels, List.of(), options, keep, warnings);
    }

    /** Opens a column of Parquet files; parameters as above. */
    static Dataset openParquet(Path path, DatasetOptions options, boolean keep, Consumer<String> warnings) {
        ParquetImages images =
                ParquetImages.read(path, options.labels() == LabelConvention.AUTO, ImageStore.largestInHeap() / 2);
        return open(images.files(), images.labels(), List.of(), options, keep, warnings);
    }

    /** Opens a single image file. */
    static Dataset openFile(Path file, DatasetOptions options, Consumer<String> warnings) {
        ImageEntry image = new ImageEntry.OnDisk(file.getFileName().toString(), file);
        ImageFiles files = new ImageFiles(file, List.of(image), List.of(), Optional.empty());
        ImageFiles.Checked checked = files.checked(FileChannels.of(options.channels(), file), true, warnings);
        DatasetLabels labels = options.labelFile().isPresent() ? DatasetLabels.of(files, options) : DatasetLabels.NONE;
        return new Dataset(
                new ImageFileSource(checked, options, true, warnings),
                labels.labels(),
                labels.names(),
                file,
                List.of(file));
    }

    private static Dataset open(ImageFiles all, DatasetOptions options, boolean keep, Consumer<String> warnings) {
        // Labels of all, so that they do not change with a file that is left out.
        return open(all, DatasetLabels.of(all, options), List.of(), options, keep, warnings);
    }

    /** Opens the image files that a list names; parameters as above. */
    static Dataset openList(Path csv, DatasetOptions options, boolean keep, Consumer<String> warnings) {
        ImageList list = ImageList.read(csv);
        ImageFiles files = new ImageFiles(csv, list.images(), List.of(), Optional.empty());
        DatasetLabels labels = options.labelFile().isPresent()
                ? DatasetLabels.of(files, options)
                : list.labels().isEmpty() ? DatasetLabels.NONE : DatasetLabels.written(list.labels());
        return open(files, labels, List.of(csv.toAbsolutePath().normalize()), options, keep, warnings);
    }

    /** @param others that belong to the images, for their checksum */
    private static Dataset open(
            ImageFiles all,
            DatasetLabels labels,
            List<Path> others,
            DatasetOptions options,
            boolean keep,
            Consumer<String> warnings) {
        ImageFiles.Checked checked =
                all.checked(FileChannels.of(options.channels(), all.root()), options.strict(), warnings);
        return new Dataset(
                new ImageFileSource(checked, options, keep, warnings),
                labels.of(all.images(), checked.files().images()),
                labels.names(),
                all.root(),
                Stream.concat(checked.files().sources().stream().distinct(), others.stream())
                        .toList());
    }

    /** A class without images is more likely a mistake than a class. */
    private static void requireNoEmptyClass(Path folder, ImageFiles files) {
        Set<String> filled = new HashSet<>();
        for (ImageEntry file : files.images()) {
            if (file.folder().isEmpty()) {
                return;
            }
            filled.add(file.folder());
        }
        try (Stream<Path> entries = Files.list(folder)) {
            Optional<Path> empty = entries.filter(Files::isDirectory)
                    .filter(e -> !e.getFileName().toString().startsWith("."))
                    .filter(e -> !filled.contains(e.getFileName().toString()))
                    .min(Comparator.naturalOrder());
            if (empty.isPresent()) {
                throw new UserError(
                        "The class folder " + empty.get() + " holds no images; add some or remove the folder.");
            }
        } catch (IOException e) {
            throw new UserError("The folder " + folder + " could not be read: " + e.getMessage() + ".", e);
        }
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
    public int width() {
        return width;
    }

    @Override
    public boolean fitted() {
        return fitted;
    }

    @Override
    public int channels() {
        return channels.count();
    }

    @Override
    public boolean repeatsGray() {
        return gray && channels.color();
    }

    @Override
    public void copy(int index, byte[] target, int offset) {
        byte[] pixels = pixels(index);
        System.arraycopy(pixels, 0, target, offset, pixels.length);
    }

    private byte[] pixels(int index) {
        byte[] pixels = kept == null ? null : kept.get(index);
        if (pixels == null) {
            pixels = load(files.get(index));
            if (kept != null) {
                kept.set(index, pixels);
            }
        }
        return pixels;
    }

    @Override
    public int copyUsable(int index, byte[] target) {
        if (refusal != null) {
            throw refusal;
        }
        for (int i = 0; i < files.size(); i++) {
            int tried = (index + i) % files.size();
            try {
                copy(tried, target, 0);
                return tried;
            } catch (DamagedImageException e) {
                if (strict) {
                    throw e;
                }
                leaveOut(tried, e);
            }
        }
        throw new UserError("None of the images in " + root + " can be used; replace them.");
    }

    @Override
    public int copyCropped(int index, RandomGenerator random, byte[] target) {
        int used = copyUsable(index, target);
        byte[] cut = ImageResizer.randomCrop(decode(files.get(used)), imageSize, random)
                .pixels();
        System.arraycopy(cut, 0, target, 0, cut.length);
        return used;
    }

    private void leaveOut(int index, DamagedImageException reason) {
        if (damaged.add(index)) {
            warnings.accept("Left out: " + reason.getMessage());
        }
    }

    @Override
    public void check(BooleanSupplier ended) {
        for (int i = 0; i < files.size(); i++) {
            if (ended.getAsBoolean()) {
                return;
            }
            long start = System.nanoTime();
            try {
                pixels(i);
            } catch (DamagedImageException e) {
                if (strict) {
                    refusal = e;
                    return;
                }
                leaveOut(i, e);
            } catch (UserError e) {
                refusal = e;
                return;
            }
            // As long a pause: the threads that train come first.
            LockSupport.parkNanos(System.nanoTime() - start);
        }
        warnings.accept("Checked all " + Count.of(files.size(), "image") + " in " + root + ": "
                + (damaged.isEmpty() ? "none is damaged." : damaged.size() + " damaged, left out."));
    }

    private byte[] load(ImageEntry file) {
        PixelImage image = decode(file);
        if (fitted) {
            return ImageResizer.resize(image, width, imageSize, ImageResizer.Filter.BICUBIC)
                    .pixels();
        }
        if (!asStored) {
            return ImageResizer.squared(image, imageSize).pixels();
        }
        if (image.width() != width || image.height() != imageSize) {
            throw new UserError("The image " + shown(file) + " is " + image.width() + "x" + image.height()
                    + ", but all images here must be " + width + "x" + imageSize + ".");
        }
        return image.pixels();
    }

    private PixelImage decode(ImageEntry file) {
        try {
            return ImageDecoder.decode(file.read(), channels);
        } catch (UnreadableImageException e) {
            throw new DamagedImageException(
                    "The image " + shown(file) + " cannot be used: " + e.getMessage() + "; replace or remove it.", e);
        } catch (IOException e) {
            throw new DamagedImageException(
                    "The image " + shown(file) + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    private String shown(ImageEntry file) {
        return file instanceof ImageEntry.OnDisk onDisk ? onDisk.file().toString() : file.shown() + " in " + root;
    }
}
