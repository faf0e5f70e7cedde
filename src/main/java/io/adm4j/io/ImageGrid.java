package io.adm4j.io;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Lays pictures out in rows and columns.
 *
 * @param columns pictures in a row, at least 1
 * @param padding pixels around and between the pictures, at least 0
 * @param scale each pixel becomes a square of this many pixels a side, at least 1
 * @param background grey level of padding and empty places, 0 to 255
 */
public record ImageGrid(int columns, int padding, int scale, int background) {
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
     * One picture of all, filled row by row.
     *
     * @param pictures uint8 of shape {@code [N, H, W, C]}, N at least 1, C 1 or 3
     * @return uint8 of shape {@code [height, width, C]}
     * @throws IllegalArgumentException if type or shape are others
     */
    public Tensor layOut(Tensor pictures) {
        if (pictures.type() != ElementType.UINT8 || pictures.rank() != 4 || pictures.dim(0) < 1) {
            throw new IllegalArgumentException("A grid takes uint8 pictures [N, H, W, C], not " + pictures + ".");
        }
        int count = (int) pictures.dim(0);
        int height = (int) pictures.dim(1);
        int width = (int) pictures.dim(2);
        int channels = (int) pictures.dim(3);
        int used = Math.min(columns, count);
        int rows = (count + columns - 1) / columns;
        int gridWidth = used * width * scale + (used + 1) * padding;
        int gridHeight = rows * height * scale + (rows + 1) * padding;
        byte[] grid = new byte[Math.multiplyExact(Math.multiplyExact(gridWidth, gridHeight), channels)];
        Arrays.fill(grid, (byte) background);
        ByteBuffer from = pictures.bytes();
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
