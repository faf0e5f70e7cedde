package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Images in batches, in the order of their source, for scoring; {@link Dataset} has random access. Of an array only the
 * current batch is in memory; of a folder the current one and the next.
 *
 * <p>For one thread.
 */
public interface ImageStream extends AutoCloseable {

    /**
     * Opens the sources that {@link Dataset} knows. Images of an array, and of files opened with
     * {@link DatasetOptions#AS_STORED} or {@link DatasetOptions#ANY_SHAPE}, are not resized.
     *
     * @param warnings receives a sentence for what is left out or guessed
     * @throws UserError if there are no images that can be read, or images of an array do not have the size or channels asked for
     */
    static ImageStream open(Path source, DatasetOptions options, Consumer<String> warnings) {
        return switch (SourceKind.of(source)) {
            case NPZ -> ArrayImageStream.open(ImageArray.ofNpz(source, warnings), options, warnings);
            case NPY -> ArrayImageStream.open(ImageArray.ofNpy(source), options, warnings);
            default -> new DatasetStream(Dataset.openOnce(source, options, warnings));
        };
    }

    /**
     * Opens a source without saying what is left out or guessed.
     *
     * @throws UserError as {@link #open(Path, DatasetOptions, Consumer)}
     */
    static ImageStream open(Path source, DatasetOptions options) {
        return open(source, options, warning -> {});
    }

    /**
     * Whether a path is an npz or npy file, whose images have one size and are not resized.
     *
     * @throws UserError if there is nothing of that name
     */
    static boolean isArray(Path source) {
        return isNpz(source) || SourceKind.of(source) == SourceKind.NPY;
    }

    /**
     * Whether a path is an npz file, or should be one because it is no other source.
     *
     * @throws UserError if there is nothing of that name
     */
    static boolean isNpz(Path source) {
        return SourceKind.of(source) == SourceKind.NPZ;
    }

    /**
     * Images in memory.
     *
     * @param images uint8 [N, H, W, C], N and C at least 1, H = W
     */
    static ImageStream of(Tensor images) {
        if (images.type() != ElementType.UINT8
                || images.rank() != 4
                || images.dim(0) < 1
                || images.dim(1) != images.dim(2)
                || images.dim(3) < 1) {
            throw new IllegalArgumentException("Images are uint8 [N, H, W, C] with H = W, not " + images + ".");
        }
        return ofBatches((int) images.dim(0), (int) images.dim(1), (int) images.dim(3), Optional.empty(), () -> images);
    }

    /** The images of a dataset in their order. */
    static ImageStream of(Dataset dataset) {
        return new DatasetStream(dataset);
    }

    /**
     * Images that are made while the stream is read.
     *
     * @param size number of images in all
     * @param imageSize height and width in pixels
     * @param channels of every image
     * @param labels one per image, or none
     * @param batches uint8 [N, H, W, channels] of any number N at each call
     */
    static ImageStream ofBatches(
            int size, int imageSize, int channels, Optional<int[]> labels, Supplier<Tensor> batches) {
        return new GeneratedImageStream(size, imageSize, channels, labels, batches);
    }

    /** Number of images in all; at least 1. */
    int size();

    /** Height in pixels; the width too, unless {@link #width()} says otherwise. */
    int imageSize();

    /** Width in pixels; another than the height only if the stream was opened with {@link DatasetOptions#ANY_SHAPE}. */
    default int width() {
        return imageSize();
    }

    /** Whether image files of several sizes were brought to {@link DatasetOptions#common}. */
    default boolean fitted() {
        return false;
    }

    /** Channels of every image. */
    int channels();

    /** Whether the source is gray and its one channel is repeated. */
    default boolean repeatsGray() {
        return false;
    }

    /**
     * These images for a network of other channels: gray ones are repeated. The new stream closes this one.
     *
     * @param channels those of this stream, or any number if it has one
     */
    default ImageStream withChannels(int channels) {
        return channels == channels() ? this : new RepeatedGray(this, channels);
    }

    /** SHA-256 of the source, see {@link Dataset#checksum()}; reads all of it. Empty without a source on disk. */
    Optional<String> checksum();

    /**
     * The labels of all images in their order, where the source has any.
     *
     * @throws UserError if there are labels that do not fit the images
     */
    Optional<int[]> labels();

    /** Names of the classes in the order of their labels; empty where the source has numbers alone. */
    default List<String> classNames() {
        return List.of();
    }

    /**
     * The first images of this stream, which the new one closes.
     *
     * @throws UserError if there are fewer
     */
    default ImageStream first(int count) {
        if (count < 1 || count > size()) {
            throw new UserError(
                    "Cannot take " + Count.of(count, "image") + " of " + size() + ": ask for 1 to " + size() + ".");
        }
        return new ChosenImages(this, IntStream.range(0, count).toArray());
    }

    /**
     * Some images of this stream, of which none was read; the new stream closes this one. Whether an array holds images is decided
     * from these alone.
     *
     * @param numbers of the images, each from 0, ascending; at least one
     */
    default ImageStream chosen(int... numbers) {
        return new ChosenImages(this, numbers);
    }

    /**
     * The next images.
     *
     * @param max at least 1
     * @return uint8 [at most max, H, W, channels], or null after the last image
     * @throws UserError if the source is damaged
     */
    Tensor next(int max);

    @Override
    default void close() {}
}
