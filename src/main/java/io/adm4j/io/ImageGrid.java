package io.adm4j.io;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Arranges images in rows and columns.
 *
 * @param columns images per row, at least 1
 * @param padding pixels around and between the images, at least 0
 * @param scale each pixel becomes a square with sides of this many pixels, at least 1
 * @param background gray level of padding and empty cells, 0 to 255; they are opaque
 */
public record ImageGrid(int columns, int padding, int scale, int background) {
    private static final int RGBA = 4;
    private static final int OPACITY = 3;

    public ImageGrid {
        if (columns < 1 || padding < 0 || scale < 1 || background < 0 || background > 255) {
            throw new IllegalArgumentException(
                    "A grid has at least 1 column, padding from 0, scale from 1 and a background of 0 to 255.");
        }
    }

    /** A white grid with 2 pixels of padding. */
    public static ImageGrid of(int columns) {
        return new ImageGrid(columns, 2, 1, 255);
    }

    /**
     * All images as one, filled row by row.
     *
     * @param images uint8 of shape {@code [N, H, W, C]}, N at least 1; the fourth channel is opacity
     * @return uint8 of shape {@code [height, width, C]}
     * @throws IllegalArgumentException if type or shape differ
     */
    public Tensor layOut(Tensor images) {
        if (images.type() != ElementType.UINT8 || images.rank() != 4 || images.dim(0) < 1) {
            throw new IllegalArgumentException("A grid takes uint8 images [N, H, W, C], not " + images + ".");
        }
        int count = (int) images.dim(0);
        int height = (int) images.dim(1);
        int width = (int) images.dim(2);
        int channels = (int) images.dim(3);
        int used = Math.min(columns, count);
        int rows = (count + columns - 1) / columns;
        int gridWidth = used * width * scale + (used + 1) * padding;
        int gridHeight = rows * height * scale + (rows + 1) * padding;
        byte[] grid = new byte[Math.multiplyExact(Math.multiplyExact(gridWidth, gridHeight), channels)];
        Arrays.fill(grid, (byte) background);
        for (int i = OPACITY; channels == RGBA && i < grid.length; i += RGBA) {
            grid[i] = (byte) 0xFF;
        }
        ByteBuffer from = images.bytes();
        for (int n = 0; n < count; n++) {
            int left = padding + n % columns * (width * scale + padding);
            int top = padding + n / columns * (height * scale + padding);
            for (int y = 0; y < height * scale; y++) {
                for (int x = 0; x < width * scale; x++) {
                    int source = ((n * height + y / scale) * width + x / scale) * channels;
                    int target = ((top + y) * gridWidth + left + x) * channels;
                    from.get(source, grid, target, channels);
                }
            }
        }
        return Tensor.of(grid, gridHeight, gridWidth, channels);
    }
}
