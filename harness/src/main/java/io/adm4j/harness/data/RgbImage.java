package io.adm4j.harness.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * One image in memory.
 *
 * @param pixels uint8 [height, width, 3], red first
 */
record RgbImage(int width, int height, byte[] pixels) {

    /**
     * The values of a decoded file as they are stored: no color profile is applied, transparency is dropped, gray is
     * repeated for the three channels, 16 bits are cut to the upper 8.
     */
    static RgbImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] pixels = new byte[width * height * 3];
        if (image.getColorModel() instanceof IndexColorModel) {
            int[] line = new int[width];
            for (int y = 0, o = 0; y < height; y++) {
                image.getRGB(0, y, width, 1, line, 0, width);
                for (int x = 0; x < width; x++) {
                    pixels[o++] = (byte) (line[x] >> 16);
                    pixels[o++] = (byte) (line[x] >> 8);
                    pixels[o++] = (byte) line[x];
                }
            }
            return new RgbImage(width, height, pixels);
        }
        // Not getRGB: it takes gray as linear light and brightens it.
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int shift = raster.getDataBuffer().getDataType() == DataBuffer.TYPE_USHORT
                        && raster.getSampleModel().getSampleSize(0) > 8
                ? raster.getSampleModel().getSampleSize(0) - 8
                : 0;
        int[] line = new int[width * bands];
        for (int y = 0, o = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, line);
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    pixels[o++] = (byte) (line[x * bands + (bands < 3 ? 0 : c)] >> shift);
                }
            }
        }
        return new RgbImage(width, height, pixels);
    }

    /** The square of {@code size} pixels in the center; this image if it has that size. */
    RgbImage centerCrop(int size) {
        if (size == width && size == height) {
            return this;
        }
        int left = (width - size) / 2;
        int top = (height - size) / 2;
        byte[] cut = new byte[size * size * 3];
        for (int y = 0; y < size; y++) {
            System.arraycopy(pixels, ((top + y) * width + left) * 3, cut, y * size * 3, size * 3);
        }
        return new RgbImage(size, size, cut);
    }
}
