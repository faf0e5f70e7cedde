package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Images of one size with random access, and labels where the source has them. An image is uint8 [H, W, C], RGB if C is 3;
 * {@link ImageStream} reads images in their order.
 *
 * <p>Sources:
 *
 * <ul>
 *   <li>an npy file, or an npz file with {@code arr_0} (or a single array of another name): uint8 [N, H, W, C] (or [N, H, W]: gray), or integers
 *       from 0 to 255 of another type, and, optionally, integer labels {@code arr_1} [N];
 *   <li>a folder of MNIST's or Fashion-MNIST's IDX files, compressed or not; those
 *       smaller than the size asked for get a border of zeros;
 *   <li>a folder or zip archive of image files with labels in a file {@code dataset.json};
 *   <li>one with a sub-folder per class, which may have sub-folders; classes are in the order of their names, or of their
 *       numbers if they are called 0 to N - 1;
 *   <li>one of files {@code label_name.ext}; without {@code _} in every name they have no labels, nor if what is before it is the same in
 *       all names or another in each;
 *   <li>a tar archive of image files, a folder of such archives or a pattern of their names, with labels in files {@code .cls} or
 *       {@code .json} (WebDataset) or as a folder has them;
 *   <li>a Parquet file, a folder of such files or a pattern of their names, with images in a column and labels in another;
 *   <li>a CSV file that lists image files and labels;
 *   <li>a single image file.
 * </ul>
 *
 * <p>Where C is 3, gray is repeated, and alpha in image files is dropped; where C is 1, colors become luma; with 2 and 4
 * channels the last is alpha in image files. More than 4 channels only arrays have.
 *
 * <p>Images of another size are resized as in the published ADM code: halved by area, then bicubic, then cropped to
 * the square in the center. Safe for use by several threads.
 */
public final class Dataset {
    private final ImageSource source;
    private final int[] labels;
    private final List<String> classNames;
    private final Path root;
    private final List<Path> files;

    /**
     * @param labels one per image, in [0, classNames.size()); null if there are none
     * @param root file or folder that was opened
     * @param files whose checksum is the dataset's, in order
     */
    Dataset(ImageSource source, int[] labels, List<String> classNames, Path root, List<Path> files) {
        this.source = source;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        this.root = root;
        this.files = List.copyOf(files);
    }

    /**
     * Opens a dataset; arrays and IDX files are read whole, image files when they are needed. All image files are checked
     * first, by their headers and ends, and those that cannot be used are left out.
     *
     * @param path a file or a folder
     * @param warnings receives a sentence for what is left out or guessed
     * @throws UserError if there are no images that can be read, or some cannot and the options are strict
     */
    public static Dataset open(Path path, DatasetOptions options, Consumer<String> warnings) {
        return open(path, options, true, warnings);
    }

    /**
     * Opens a dataset without saying what is left out or guessed.
     *
     * @throws UserError as {@link #open(Path, DatasetOptions, Consumer)}
     */
    public static Dataset open(Path path, DatasetOptions options) {
        return open(path, options, warning -> {});
    }

    /**
     * Opens a dataset whose image files are decoded each time they are asked for, as where too many are there to be kept in
     * memory.
     *
     * @throws UserError as {@link #open(Path, DatasetOptions, Consumer)}
     */
    public static Dataset openOnce(Path path, DatasetOptions options, Consumer<String> warnings) {
        return open(path, options, false, warnings);
    }

    private static Dataset open(Path path, DatasetOptions options, boolean keep, Consumer<String> warnings) {
        SourceKind kind = SourceKind.of(path);
        boolean files = kind == SourceKind.FOLDER || kind == SourceKind.ARCHIVE || kind == SourceKind.TAR;
        if (!files && (options.labels() == LabelConvention.FOLDER || options.labels() == LabelConvention.PREFIX)) {
            throw new UserError(
                    "--labels " + options.labels() + " is for folders, zip and tar archives of image files, and " + path
                            + " is none: leave the option out.");
        }
        Dataset opened = switch (kind) {
            case FOLDER -> ImageFileSource.openFolder(path, options, keep, warnings);
            case ARCHIVE -> ImageFileSource.openArchive(path, options, keep, warnings);
            case TAR -> ImageFileSource.openTar(path, options, keep, warnings);
            case PARQUET -> ImageFileSource.openParquet(path, options, keep, warnings);
            case IMAGE -> ImageFileSource.openFile(path, options, warnings);
            case LIST -> ImageFileSource.openList(path, options, keep, warnings);
            case IDX -> IdxSource.open(path, options).labeledBy(options.labelFile());
            case NPZ ->
                ArraySource.open(ImageArray.ofNpz(path, warnings), options, warnings)
                        .labeledBy(options.labelFile());
            case NPY ->
                ArraySource.open(ImageArray.ofNpy(path), options, warnings).labeledBy(options.labelFile());
        };
        return options.labels() == LabelConvention.NONE ? opened.withoutLabels() : opened;
    }

    private Dataset labeledBy(Optional<Path> csv) {
        return csv.map(file -> LabelFile.read(file).of(size(), root))
                .map(given -> new Dataset(source, given.labels(), given.names(), root, files))
                .orElse(this);
    }

    private Dataset withoutLabels() {
        return new Dataset(source, null, List.of(), root, files);
    }

    /** Number of images; at least one. */
    public int size() {
        return source.size();
    }

    /** Height and width of every image in pixels. */
    public int imageSize() {
        return source.imageSize();
    }

    /** Width of every image: the height but for streams of any shape. */
    int width() {
        return source.width();
    }

    /** Whether image files of several sizes were brought to {@link DatasetOptions#common}. */
    boolean fitted() {
        return source.fitted();
    }

    /** Channels of every image. */
    public int channels() {
        return source.channels();
    }

    /** Whether the source is gray and its one channel is repeated. */
    boolean repeatsGray() {
        return source.repeatsGray();
    }

    /** Bytes of one image: height x width x channels. */
    public int imageBytes() {
        return source.imageSize() * source.width() * source.channels();
    }

    public boolean hasLabels() {
        return labels != null;
    }

    /** Number of classes; 0 without labels. */
    public int classCount() {
        return classNames.size();
    }

    /** Names of the classes in the order of their labels; numbers where the source has no names; empty without labels. */
    public List<String> classNames() {
        return classNames;
    }

    /**
     * The label of an image, from 0 to {@link #classCount()} - 1.
     *
     * @throws UserError if the images have no labels
     */
    public int label(int index) {
        if (labels == null) {
            throw new UserError("The images in " + root + " have no labels; give an npz with arr_1, one sub-folder per "
                    + "class, files named label_name.ext, or a CSV file with labels.");
        }
        return labels[index];
    }

    /** All labels, in the order of the images; empty without labels. */
    Optional<int[]> labels() {
        return Optional.ofNullable(labels).map(int[]::clone);
    }

    /** Copies one image as uint8 [H, W, C] to the beginning of {@code target}. */
    public void copy(int index, byte[] target) {
        source.copy(index, target, 0);
    }

    /** Copies one image as uint8 [H, W, C] to {@code target} from {@code offset} on. */
    public void copy(int index, byte[] target, int offset) {
        source.copy(index, target, offset);
    }

    /**
     * Some images as a batch, uint8 {@code [N, H, W, C]}.
     *
     * @param chosen their numbers
     */
    public Tensor images(int... chosen) {
        Tensor images = Tensor.zeros(ElementType.UINT8, chosen.length, imageSize(), imageSize(), channels());
        ByteBuffer pixels = images.bytes();
        byte[] image = new byte[imageBytes()];
        for (int index : chosen) {
            copy(index, image);
            pixels.put(image);
        }
        return images;
    }

    /**
     * Copies one image, or, if it is damaged and the options are not strict, the next that is not. The warnings of {@code
     * open} are told of it once.
     *
     * @param target modified: uint8 [H, W, C] at its beginning
     * @return index of the image that was copied; it depends on {@code index} and the files alone
     */
    public int copyUsable(int index, byte[] target) {
        return source.copyUsable(index, target);
    }

    /**
     * Copies a random crop of an image as the published loader of classifiers cuts it: 0.8 to 1 of its shorter side, at a
     * random place, brought to the dataset's size. Image files are cut as they are stored, arrays and IDX files after they
     * have the dataset's size. A damaged image is replaced as by {@link #copyUsable}.
     *
     * @param random decides where
     * @param target modified: uint8 [H, W, C] at its beginning
     * @return index of the image that was cut
     */
    public int copyCropped(int index, RandomGenerator random, byte[] target) {
        return source.copyCropped(index, random, target);
    }

    /**
     * Decodes all image files in the background, taking at most half a processor. One that turns out to be damaged is left
     * out by {@link #copyUsable}, which from then on fails at once if the options are strict. The warnings of {@code open}
     * are told of each, and how many there were when the check has come to its end.
     */
    public BackgroundCheck checkInBackground() {
        return new BackgroundCheck(source::check);
    }

    /**
     * SHA-256 of the source, in hexadecimal: that of the file if there is one; of several, that of the lines which
     * {@code sha256sum} prints for them in their folder, in the order of the images (images before labels for IDX
     * files). Reads all of them.
     */
    public String checksum() {
        return Sha256.of(base(), files);
    }

    /**
     * The files whose checksum is the dataset's, in their order, by their names below the folder that was opened; a single
     * file has the empty name, so that it may be renamed.
     */
    public Map<String, Path> files() {
        if (files.size() == 1) {
            return Map.of("", files.get(0));
        }
        Map<String, Path> named = new LinkedHashMap<>();
        files.forEach(file -> named.put(base().relativize(file).toString().replace('\\', '/'), file));
        return named;
    }

    /** The folder that files are named below. */
    private Path base() {
        return Files.isDirectory(root) ? root : ImageList.folder(root);
    }

    /** For messages: path, number, size and channels (unless RGB) of the images, number of classes. */
    @Override
    public String toString() {
        return root + ": " + Count.of(size(), "image") + " of " + imageSize() + "x" + imageSize() + ", "
                + (channels() == 3 ? "" : Count.of(channels(), "channel") + ", ")
                + (hasLabels() ? Count.of(classCount(), "class") : "no labels");
    }
}
