package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Images of one size with random access, and labels where the source has them. An image is uint8 [H, W, 3], RGB;
 * {@link ImageStream} reads images in their order.
 *
 * <p>Sources:
 *
 * <ul>
 *   <li>a {@code .npz} file with {@code arr_0} uint8 [N, H, W, 3] (or [N, H, W, 1], [N, H, W]: gray), or integers
 *       from 0 to 255 of another type, and, optionally, integer labels {@code arr_1} [N];
 *   <li>a folder of MNIST's or Fashion-MNIST's IDX files, compressed or not; gray images become RGB, and those
 *       smaller than the size asked for get a border of zeros;
 *   <li>a folder with one sub-folder per class;
 *   <li>a folder of files {@code label_name.ext}; without {@code _} in every name they have no labels.
 * </ul>
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
     * Opens a dataset; npz and IDX files are read whole, image files when they are needed.
     *
     * @param path an npz file or a folder
     * @throws UserError if there are no images that can be read
     */
    public static Dataset open(Path path, DatasetOptions options) {
        return open(path, options, true);
    }

    /**
     * Opens a dataset each of whose images is read once, so that none is kept in memory.
     *
     * @throws UserError as {@link #open(Path, DatasetOptions)}
     */
    static Dataset openOnce(Path path, DatasetOptions options) {
        return open(path, options, false);
    }

    private static Dataset open(Path path, DatasetOptions options, boolean keep) {
        if (!Files.exists(path)) {
            throw new UserError("There is no file or folder " + path + ".");
        }
        if (!Files.isDirectory(path)) {
            return NpzSource.open(path, options);
        }
        return IdxSource.isIn(path) ? IdxSource.open(path, options) : FolderSource.open(path, options, keep);
    }

    /** Number of images; at least one. */
    public int size() {
        return source.size();
    }

    /** Height and width of every image in pixels. */
    public int imageSize() {
        return source.imageSize();
    }

    /** Bytes of one image: height x width x 3. */
    public int imageBytes() {
        return source.imageSize() * source.imageSize() * 3;
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
                    + "class, or files named label_name.ext.");
        }
        return labels[index];
    }

    /** All labels, in the order of the images; empty without labels. */
    Optional<int[]> labels() {
        return Optional.ofNullable(labels).map(int[]::clone);
    }

    /** Copies one image as uint8 [H, W, 3] to the beginning of {@code target}. */
    public void copy(int index, byte[] target) {
        source.copy(index, target, 0);
    }

    /** Copies one image as uint8 [H, W, 3] to {@code target} from {@code offset} on. */
    public void copy(int index, byte[] target, int offset) {
        source.copy(index, target, offset);
    }

    /**
     * SHA-256 of the source, in hexadecimal: that of the file if there is one; of several, that of the lines which
     * {@code sha256sum} prints for them in their folder, in the order of the images (images before labels for IDX
     * files). Reads all of them.
     */
    public String checksum() {
        return Sha256.of(root, files);
    }

    /** For messages: path, number and size of the images, number of classes. */
    @Override
    public String toString() {
        return root + ": " + size() + " images of " + imageSize() + "x" + imageSize() + ", "
                + (hasLabels() ? classCount() + " classes" : "no labels");
    }
}
