package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A set of images of one size, with labels where the source has them. Images are uint8, height x width x 3 (RGB).
 *
 * <p>Sources:
 *
 * <ul>
 *   <li>a {@code .npz} file with {@code arr_0} uint8 [N, H, W, 3] (or [N, H, W, 1], [N, H, W]: grey), or whole numbers
 *       from 0 to 255 of another type, and, optionally, integer labels {@code arr_1} [N];
 *   <li>a folder of MNIST's or Fashion-MNIST's IDX files, packed or not; grey images become RGB and those smaller than
 *       asked get a border of zeros;
 *   <li>a folder with one sub-folder per class;
 *   <li>a folder of files {@code label_name.ext}; without {@code _} in every name they have no labels.
 * </ul>
 *
 * <p>Other images of another size than asked are brought to it as the published ADM code does: halved by area, then
 * bicubic, then cut to the square in the middle. Reading is safe from several threads at once.
 */
public final class Dataset {
    private final ImageStore store;
    private final int[] labels;
    private final List<String> classNames;
    private final Path root;
    private final List<Path> files;

    /** @param labels one for each image, below the number of names; null if there are none */
    Dataset(ImageStore store, int[] labels, List<String> classNames, Path root, List<Path> files) {
        this.store = store;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        this.root = root;
        this.files = List.copyOf(files);
    }

    /**
     * Opens images; npz and IDX files are read whole, image files when they are asked for.
     *
     * @throws UserError if there is nothing that can be read as labelled or plain images
     */
    public static Dataset open(Path source, DatasetOptions options) {
        return open(source, options, true);
    }

    /**
     * Opens images that are looked at once, so that none is kept.
     *
     * @throws UserError as {@link #open(Path, DatasetOptions)}
     */
    static Dataset openOnce(Path source, DatasetOptions options) {
        return open(source, options, false);
    }

    private static Dataset open(Path source, DatasetOptions options, boolean keep) {
        if (!Files.exists(source)) {
            throw new UserError("There is no file or folder " + source + ".");
        }
        if (!Files.isDirectory(source)) {
            return NpzImages.open(source, options);
        }
        return IdxImages.areIn(source) ? IdxImages.open(source, options) : FolderImages.open(source, options, keep);
    }

    /** Number of images; at least one. */
    public int size() {
        return store.size();
    }

    /** Height and width of every image in pixels. */
    public int imageSize() {
        return store.imageSize();
    }

    /** Bytes of one image: height x width x 3. */
    public int imageBytes() {
        return store.imageSize() * store.imageSize() * 3;
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

    /** Writes one image as uint8 height x width x 3 to the beginning of {@code target}. */
    public void copy(int index, byte[] target) {
        store.copy(index, target, 0);
    }

    /** Writes one image as uint8 height x width x 3 to {@code target} from {@code offset} on. */
    public void copy(int index, byte[] target, int offset) {
        store.copy(index, target, offset);
    }

    /**
     * SHA-256 of the source, in hexadecimal: that of the file if there is one; of several, that of the lines which
     * {@code sha256sum} prints for them in their folder, in the order of the images (images before labels for IDX
     * files). Reads all of them.
     */
    public String checksum() {
        return Sha256.of(root, files);
    }

    /** A few words for messages: where the images come from, how many, how large. */
    @Override
    public String toString() {
        return root + ": " + size() + " images of " + imageSize() + "x" + imageSize() + ", "
                + (hasLabels() ? classCount() + " classes" : "no labels");
    }
}
