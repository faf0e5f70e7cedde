package io.adm4j.harness.data;

import io.adm4j.io.Luma;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * One image in memory.
 *
 * @param channels 1 (gray), 2 (gray, alpha), 3 (red, green, blue), 4 (the same, alpha), or any other number without such a
 *     meaning
 * @param pixels uint8 [height, width, channels]
 */
record PixelImage(int width, int height, int channels, byte[] pixels) {
    private static final int RGB = 3;
    private static final int RGBA = 4;

    /** Converts the values of one pixel. */
    @FunctionalInterface
    private interface Conversion {
        /**
         * @param values of all pixels of a row
         * @param at position of the pixel's first value
         * @param target receives red, green and blue (and alpha) from {@code to} on
         */
        void convert(int[] values, int at, byte[] target, int to);
    }

    /**
     * The values of a decoded file as they are stored: no color profile is applied, gray is repeated for the three color
     * channels, 16 bits are cut to the upper 8, fewer than 8 are scaled.
     *
     * @param alpha whether alpha is the fourth channel; otherwise it is dropped
     * @throws UnreadableImageException if the values are not gray, RGB or CMYK of up to 16 bits, or have no alpha
     */
    static PixelImage of(BufferedImage image, boolean alpha) throws UnreadableImageException {
        if (image.getColorModel() instanceof IndexColorModel) {
            return ofPalette(image, alpha ? RGBA : RGB);
        }
        if (alpha) {
            return withAlpha(image);
        }
        // Not getRGB: it takes gray as linear light and brightens it.
        Raster raster = image.getRaster();
        int space = image.getColorModel().getColorSpace().getType();
        int bands = raster.getNumBands();
        if (space == ColorSpace.TYPE_GRAY) {
            return ofGray(raster);
        }
        if (space == ColorSpace.TYPE_RGB && bands >= 3) {
            return ofRgb(raster);
        }
        if (space == ColorSpace.TYPE_CMYK && bands >= 4) {
            return convert(
                    raster, RGB, (v, i, t, o) -> ink(t, o, 255 - v[i], 255 - v[i + 1], 255 - v[i + 2], 255 - v[i + 3]));
        }
        throw new UnreadableImageException("its colors are not gray, RGB or CMYK");
    }

    private static PixelImage withAlpha(BufferedImage image) throws UnreadableImageException {
        Raster raster = image.getRaster();
        int space = image.getColorModel().getColorSpace().getType();
        int bands = raster.getNumBands();
        if (space == ColorSpace.TYPE_GRAY && bands >= 2) {
            return convert(raster, RGBA, (v, i, t, o) -> {
                put(t, o, v[i], v[i], v[i]);
                t[o + RGB] = (byte) v[i + 1];
            });
        }
        if (space == ColorSpace.TYPE_RGB && bands >= RGBA) {
            return convert(raster, RGBA, (v, i, t, o) -> {
                put(t, o, v[i], v[i + 1], v[i + 2]);
                t[o + RGB] = (byte) v[i + RGB];
            });
        }
        throw new UnreadableImageException("it has no alpha channel");
    }

    private static PixelImage ofPalette(BufferedImage image, int channels) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] pixels = new byte[width * height * channels];
        int[] line = new int[width];
        for (int y = 0, o = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, line, 0, width);
            for (int x = 0; x < width; x++) {
                pixels[o++] = (byte) (line[x] >> 16);
                pixels[o++] = (byte) (line[x] >> 8);
                pixels[o++] = (byte) line[x];
                if (channels == RGBA) {
                    pixels[o++] = (byte) (line[x] >> 24);
                }
            }
        }
        return new PixelImage(width, height, channels, pixels);
    }

    /** @param raster its first band is gray */
    static PixelImage ofGray(Raster raster) throws UnreadableImageException {
        return convert(raster, RGB, (v, i, t, o) -> put(t, o, v[i], v[i], v[i]));
    }

    /** @param raster its first bands are red, green and blue */
    static PixelImage ofRgb(Raster raster) throws UnreadableImageException {
        return convert(raster, RGB, (v, i, t, o) -> put(t, o, v[i], v[i + 1], v[i + 2]));
    }

    /** @param raster Y, Cb and Cr as JPEG files have them */
    static PixelImage ofYcc(Raster raster) throws UnreadableImageException {
        return convert(raster, RGB, PixelImage::ycc);
    }

    /**
     * Ink as JPEG files have it, 255 for none: red is cyan times black.
     *
     * @param raster cyan, magenta, yellow and black
     * @param transformed whether the first three are Y, Cb and Cr of the ink that 0 is none of
     */
    static PixelImage ofInvertedInk(Raster raster, boolean transformed) throws UnreadableImageException {
        if (!transformed) {
            return convert(raster, RGB, (v, i, t, o) -> ink(t, o, v[i], v[i + 1], v[i + 2], v[i + 3]));
        }
        return convert(raster, RGB, (v, i, t, o) -> {
            ycc(v, i, t, o);
            ink(t, o, 255 - (t[o] & 0xff), 255 - (t[o + 1] & 0xff), 255 - (t[o + 2] & 0xff), v[i + 3]);
        });
    }

    private static PixelImage convert(Raster raster, int channels, Conversion conversion)
            throws UnreadableImageException {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int bands = raster.getNumBands();
        int[] bits = bits(raster);
        byte[] pixels = new byte[width * height * channels];
        int[] line = new int[width * bands];
        for (int y = 0, o = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, line);
            for (int band = 0; band < bands; band++) {
                toEightBits(line, band, bands, bits[band]);
            }
            for (int x = 0; x < width; x++, o += channels) {
                conversion.convert(line, x * bands, pixels, o);
            }
        }
        return new PixelImage(width, height, channels, pixels);
    }

    private static int[] bits(Raster raster) throws UnreadableImageException {
        int type = raster.getDataBuffer().getDataType();
        int[] bits = raster.getSampleModel().getSampleSize();
        for (int b : bits) {
            if (b > 16 || type == DataBuffer.TYPE_SHORT || type > DataBuffer.TYPE_INT) {
                throw new UnreadableImageException("its values are not integers of up to 16 bits");
            }
        }
        return bits;
    }

    private static void toEightBits(int[] line, int first, int step, int bits) {
        if (bits == 8) {
            return;
        }
        int largest = (1 << bits) - 1;
        for (int i = first; i < line.length; i += step) {
            line[i] = bits > 8 ? line[i] >> bits - 8 : line[i] * 255 / largest;
        }
    }

    /** In 16-bit fixed point, as JPEG decoders compute it. */
    private static void ycc(int[] values, int at, byte[] target, int to) {
        int y = values[at];
        int cb = values[at + 1] - 128;
        int cr = values[at + 2] - 128;
        put(
                target,
                to,
                clipped(y + (91881 * cr + 32768 >> 16)),
                clipped(y + (-22554 * cb - 46802 * cr + 32768 >> 16)),
                clipped(y + (116130 * cb + 32768 >> 16)));
    }

    private static int clipped(int value) {
        return Math.max(0, Math.min(255, value));
    }

    /** Light that is left of inverted ink. */
    private static void ink(byte[] target, int to, int cyan, int magenta, int yellow, int black) {
        put(target, to, left(cyan, black), left(magenta, black), left(yellow, black));
    }

    /** {@code black - (255 - color) black / 255}, the quotient rounded. */
    private static int left(int color, int black) {
        int product = (255 - color) * black + 128;
        return clipped(black - ((product >> 8) + product >> 8));
    }

    private static void put(byte[] target, int to, int red, int green, int blue) {
        target[to] = (byte) red;
        target[to + 1] = (byte) green;
        target[to + 2] = (byte) blue;
    }

    /** The same with colors divided by alpha, by which they were multiplied: an image of four channels. */
    PixelImage dividedByAlpha() {
        byte[] divided = pixels.clone();
        for (int i = 0; i < divided.length; i += RGBA) {
            int alpha = divided[i + RGB] & 0xff;
            for (int c = 0; c < RGB && alpha > 0; c++) {
                divided[i + c] = (byte) Math.min(255, (divided[i + c] & 0xff) * 255 / alpha);
            }
        }
        return new PixelImage(width, height, channels, divided);
    }

    /**
     * Luma (ITU-R 601-2, in 16-bit fixed point as the published loader's library computes it) in place of red, green and
     * blue; alpha stays. Gray that was repeated gets its values back exactly.
     */
    PixelImage gray() {
        int kept = channels - 2;
        byte[] gray = new byte[width * height * kept];
        for (int i = 0, o = 0; o < gray.length; i += channels, o += kept) {
            gray[o] = Luma.of(pixels[i], pixels[i + 1], pixels[i + 2]);
            if (kept > 1) {
                gray[o + 1] = pixels[i + RGB];
            }
        }
        return new PixelImage(width, height, kept, gray);
    }

    /**
     * The image turned upright.
     *
     * @param orientation of Exif: 2 mirrored, 3 turned by 180 degrees, 4 upside down, 5 transposed, 6 turned so that its
     *     first row is the right side, 7 transversed, 8 turned so that its first row is the left side; 1 for none
     * @return this image if it is upright
     */
    PixelImage upright(int orientation) {
        if (orientation <= 1) {
            return this;
        }
        boolean transposed = orientation >= 5;
        boolean fromRight = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
        boolean fromBottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        int newWidth = transposed ? height : width;
        int newHeight = transposed ? width : height;
        byte[] turned = new byte[pixels.length];
        for (int y = 0, o = 0; y < newHeight; y++) {
            for (int x = 0; x < newWidth; x++, o += channels) {
                int column = transposed ? y : x;
                int row = transposed ? x : y;
                int from = ((fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column))
                        * channels;
                System.arraycopy(pixels, from, turned, o, channels);
            }
        }
        return new PixelImage(newWidth, newHeight, channels, turned);
    }

    /** The square of {@code size} pixels in the center; this image if it has that size. */
    PixelImage centerCrop(int size) {
        if (size == width && size == height) {
            return this;
        }
        return crop(size, (width - size) / 2, (height - size) / 2);
    }

    /** The square of a size whose upper left pixel is at (left, top). */
    PixelImage crop(int size, int left, int top) {
        int row = size * channels;
        byte[] cut = new byte[row * size];
        for (int y = 0; y < size; y++) {
            System.arraycopy(pixels, ((top + y) * width + left) * channels, cut, y * row, row);
        }
        return new PixelImage(size, size, channels, cut);
    }
}
