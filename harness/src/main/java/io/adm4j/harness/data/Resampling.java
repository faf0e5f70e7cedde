package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A filter that brings images to the size that a network takes, whatever their shape was. */
public enum Resampling {
    /** None: images of another size are refused. */
    NONE,
    /** Bicubic, widened when it shrinks so that it does not alias, to 8 bits: Pillow's and clean-fid's. */
    BICUBIC_ANTIALIAS,
    /** As {@link #BICUBIC_ANTIALIAS} until the shorter side fits, and the center of that: CLIP's own. */
    BICUBIC_ANTIALIAS_CROP,
    /** Bilinear between pixel centers, not widened: PyTorch's {@code interpolate} and pytorch-fid's. */
    BILINEAR,
    /** Bilinear from the upper left corner of each pixel, not widened: TensorFlow 1's {@code resize_bilinear}. */
    TF1;

    /**
     * The filter of a name.
     *
     * @param name as {@link #toString} gives it
     * @throws UserError if there is none
     */
    public static Resampling of(String name) {
        return Arrays.stream(values())
                .filter(filter -> filter.toString().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new UserError("There is no filter " + name + "; there are "
                        + Arrays.stream(values()).map(Resampling::toString).collect(Collectors.joining(", ")) + "."));
    }

    /**
     * Images of another size.
     *
     * @param images uint8 [N, H, W, C], not modified
     * @return [N, height, width, C]: uint8 where the filter rounds, otherwise float32 of 0 to 255
     */
    public Tensor apply(Tensor images, int height, int width) {
        return switch (this) {
            case NONE -> images;
            case BICUBIC_ANTIALIAS -> rounded(images, height, width);
            case BICUBIC_ANTIALIAS_CROP -> center(images, height, width);
            case BILINEAR, TF1 -> interpolated(images, height, width);
        };
    }

    private static Tensor rounded(Tensor images, int height, int width) {
        int channels = (int) images.dim(3);
        Tensor result = Tensor.zeros(ElementType.UINT8, images.dim(0), height, width, channels);
        ByteBuffer from = images.bytes();
        ByteBuffer to = result.bytes();
        byte[] pixels = new byte[images.size() / (int) images.dim(0)];
        while (from.hasRemaining()) {
            from.get(pixels);
            PixelImage image = new PixelImage((int) images.dim(2), (int) images.dim(1), channels, pixels);
            to.put(ImageResizer.resize(image, width, height, ImageResizer.Filter.BICUBIC)
                    .pixels());
        }
        return result;
    }

    private static Tensor center(Tensor images, int height, int width) {
        long rows = images.dim(1);
        long columns = images.dim(2);
        // The larger of both scales, in whole numbers: the other side is cut off, not rounded.
        boolean byHeight = height * columns >= width * rows;
        int fullHeight = byHeight ? height : (int) (rows * width / columns);
        int fullWidth = byHeight ? (int) (columns * height / rows) : width;
        Tensor resized = rounded(images, fullHeight, fullWidth);
        int top = (int) Math.rint((fullHeight - height) / 2.0);
        int left = (int) Math.rint((fullWidth - width) / 2.0);
        int channels = (int) images.dim(3);
        Tensor result = Tensor.zeros(ElementType.UINT8, images.dim(0), height, width, channels);
        ByteBuffer from = resized.bytes();
        ByteBuffer to = result.bytes();
        for (int image = 0; image < images.dim(0); image++) {
            for (int y = 0; y < height; y++) {
                to.put(
                        to.position(),
                        from,
                        ((image * fullHeight + top + y) * fullWidth + left) * channels,
                        width * channels);
                to.position(to.position() + width * channels);
            }
        }
        return result;
    }

    private Tensor interpolated(Tensor images, int height, int width) {
        int rows = (int) images.dim(1);
        int columns = (int) images.dim(2);
        int channels = (int) images.dim(3);
        Tensor result = Tensor.zeros(ElementType.FLOAT32, images.dim(0), height, width, channels);
        ByteBuffer from = images.bytes();
        FloatBuffer to = result.floats();
        Places down = places(rows, height);
        Places across = places(columns, width);
        float[] line = new float[width * channels];
        for (int image = 0; image < images.dim(0); image++) {
            int first = image * rows * columns * channels;
            for (int y = 0; y < height; y++) {
                int upper = first + down.first[y] * columns * channels;
                int lower = first + down.second[y] * columns * channels;
                for (int x = 0, at = 0; x < width; x++) {
                    for (int c = 0; c < channels; c++) {
                        int left = across.first[x] * channels + c;
                        int right = across.second[x] * channels + c;
                        float top = mixed(from, upper + left, upper + right, across.share[x]);
                        float bottom = mixed(from, lower + left, lower + right, across.share[x]);
                        line[at++] = top + (bottom - top) * down.share[y];
                    }
                }
                to.put(line);
            }
        }
        return result;
    }

    private static float mixed(ByteBuffer pixels, int one, int other, float share) {
        int a = pixels.get(one) & 0xff;
        int b = pixels.get(other) & 0xff;
        return a + (b - a) * share;
    }

    /** Between which two pixels each new one is, and how near to the second. */
    private record Places(int[] first, int[] second, float[] share) {}

    private Places places(int from, int to) {
        Places places = new Places(new int[to], new int[to], new float[to]);
        float scale = (float) from / to;
        for (int i = 0; i < to; i++) {
            float place = this == TF1 ? i * scale : Math.max(0, (i + 0.5f) * scale - 0.5f);
            int low = Math.min((int) place, from - 1);
            places.first[i] = low;
            places.second[i] = Math.min(low + 1, from - 1);
            places.share[i] = place - low;
        }
        return places;
    }

    /** The name on the command line: "bicubic-antialias". */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
