package io.adm4j.harness.data;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Random access to images of one size and number of channels. Safe for use by several threads. */
interface ImageSource {
    int size();

    /** Height of every image in pixels; the width too, unless {@link #width()} says otherwise. */
    int imageSize();

    /** Width of every image in pixels; another than the height only with {@link DatasetOptions#ANY_SHAPE}. */
    default int width() {
        return imageSize();
    }

    /** Whether images of several sizes were brought to {@link DatasetOptions#common}. */
    default boolean fitted() {
        return false;
    }

    /** Channels of every image. */
    int channels();

    /** Whether all images are stored gray and their one channel is repeated. */
    boolean repeatsGray();

    /**
     * Copies one image as uint8 [H, W, channels].
     *
     * @param index in [0, size)
     * @param target modified from {@code offset} on
     * @param offset of the image in {@code target}
     * @throws io.adm4j.feedback.UserError if the image cannot be decoded
     */
    void copy(int index, byte[] target, int offset);

    /**
     * Copies one image, or, if it is damaged and may be left out, the next that is not; which one depends on the index and
     * the images alone.
     *
     * @param target modified
     * @return index of the image that was copied
     * @throws io.adm4j.feedback.UserError if none can be decoded, or one cannot that may not be left out
     */
    default int copyUsable(int index, byte[] target) {
        copy(index, target, 0);
        return index;
    }

    /**
     * Copies a random crop of one image, see {@link ImageResizer#randomCrop}, or of another as {@link #copyUsable} does.
     * Sources that keep no larger image cut it from the one of their size.
     *
     * @param target modified
     * @return index of the image that was cut
     */
    default int copyCropped(int index, RandomGenerator random, byte[] target) {
        int used = copyUsable(index, target);
        PixelImage image = new PixelImage(
                imageSize(), imageSize(), channels(), Arrays.copyOf(target, imageSize() * imageSize() * channels()));
        byte[] cut = ImageResizer.randomCrop(image, imageSize(), random).pixels();
        System.arraycopy(cut, 0, target, 0, cut.length);
        return used;
    }

    /**
     * Decodes all images that can be damaged, so that this is known before their turn: from then on {@link #copyUsable}
     * fails at once if one may not be left out. Sources that were read whole have none.
     *
     * @param ended asked before each image
     */
    default void check(BooleanSupplier ended) {}
}
