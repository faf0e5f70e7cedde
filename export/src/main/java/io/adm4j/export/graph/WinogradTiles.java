package io.adm4j.export.graph;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * 3x3 convolutions and their gradients in a quarter of the multiplications: Winograd's algorithm F(4x4, 3x3) (Lavin and Gray 2016,
 * "Fast Algorithms for Convolutional Neural Networks").
 *
 * <p>Images are cut into tiles of 4x4 pixels. A tile of the result depends on a window of 6x6 pixels, which becomes 36 planes, and so
 * does the kernel; the result is mixed from 36 matrix products, one for each plane, of all tiles by all kernels. Pixels come first
 * and channels last in memory, so that tiles and windows are rows that are gathered, and mixing planes is one matrix product.
 *
 * <p>The largest error, relative to the largest element, is about 3e-6, where single products have 3e-7.
 */
public final class WinogradTiles {
    private static final int TILE = WinogradMatrices.OUTPUTS;
    private static final int WINDOW = WinogradMatrices.INPUTS;
    private static final int PLANES = WINDOW * WINDOW;
    private static final int TILE_PIXELS = TILE * TILE;
    private static final int KERNEL = WinogradMatrices.KERNEL;
    private static final int KERNEL_ELEMENTS = KERNEL * KERNEL;

    /** With fewer, mixing planes takes more time than is saved, as measured. */
    private static final long FEWEST_CHANNELS = 128;

    /** With fewer, mixing kernels takes more time than is saved, as measured. */
    private static final long FEWEST_PIXELS = 256;

    private final GraphBuilder graph;
    private final long images;
    private final long channels;
    private final long height;
    private final long width;
    private final Value pixels;

    /** @param x [N, C, H, W] of a convolution, or its gradient by Y, where it {@linkplain #pays pays} */
    public WinogradTiles(Value x) {
        this.graph = x.graph();
        this.images = x.dim(0);
        this.channels = x.dim(1);
        this.height = x.dim(2);
        this.width = x.dim(3);
        this.pixels = x.reshape(images * channels, height * width).transpose(1, 0);
    }

    /** Whether a convolution can be computed so, and is faster on a processor. */
    public static boolean pays(Value x, Value weight, long stride, long padding) {
        return x.type() == ElementType.FLOAT32
                && weight.dim(2) == KERNEL
                && weight.dim(3) == KERNEL
                && stride == 1
                && padding == 1
                && Math.min(weight.dim(0), weight.dim(1)) >= FEWEST_CHANNELS
                && x.dim(2) % TILE == 0
                && x.dim(3) % TILE == 0
                && x.dim(2) * x.dim(3) >= FEWEST_PIXELS;
    }

    /**
     * These images convolved.
     *
     * @param weight [O, C, 3, 3]
     * @return [N, O, H, W]
     */
    public Value convolved(Value weight, @Nullable Value bias) {
        long out = weight.dim(0);
        Value products = windows().matmul(kernelPlanes(weight, false), false, true, 1);
        return images(products, out, bias);
    }

    /**
     * The gradient by X where these images are that by Y: they convolved with kernels that are rotated by 180 degrees and whose
     * channels are swapped.
     *
     * @param weight [C, I, 3, 3]
     * @return [N, I, H, W]
     */
    public Value inputGradient(Value weight) {
        Value products = windows().matmul(kernelPlanes(weight, true));
        return images(products, weight.dim(1), null);
    }

    /**
     * The gradient by the weights where these images are that by Y.
     *
     * @param x [N, I, H, W]
     * @return [C, I, 3, 3]
     */
    public Value weightGradient(Value x) {
        Value products = tiles().matmul(new WinogradTiles(x).windows(), true, false, 1);
        long kernels = channels * x.dim(1);
        // Transposed afterwards: products whose rows have nine elements take longer.
        return kernelMatrix(false)
                .matmul(products.reshape(PLANES, kernels), true, false, 1)
                .transpose(1, 0)
                .reshape(channels, x.dim(1), KERNEL, KERNEL);
    }

    /** Planes of the window of each tile, [36, tiles·N, C]. */
    private Value windows() {
        Value padded = graph.node(
                "Pad",
                "",
                List.of(pixels, graph.longs(0, 0, 1, 0)),
                Map.of(),
                pixels.type(),
                pixels.dim(0) + 1,
                pixels.dim(1));
        return planes(squared(WinogradMatrices.input()).matmul(elements(padded, WINDOW)));
    }

    /** Planes of each tile, by the transpose of what makes tiles of planes, [36, tiles·N, C]. */
    private Value tiles() {
        return planes(squared(WinogradMatrices.output()).matmul(elements(pixels, TILE), true, false, 1));
    }

    private Value planes(Value flat) {
        return flat.reshape(PLANES, tileCount() * images, channels);
    }

    /**
     * The pixels of all tiles or windows, [size·size, tiles·N·C].
     *
     * @param rows the pixels, and behind them what stands for those outside of the image
     */
    private Value elements(Value rows, int size) {
        int border = (size - TILE) / 2;
        long count = (long) size * size;
        long[] numbers = LongStream.range(0, count * tileCount())
                .map(i -> {
                    long tile = i % tileCount();
                    long element = i / tileCount();
                    long row = tile / tileColumns() * TILE + element / size - border;
                    long column = tile % tileColumns() * TILE + element % size - border;
                    boolean within = row >= 0 && row < height && column >= 0 && column < width;
                    return within ? row * width + column : height * width;
                })
                .toArray();
        return rows.gather(graph.constant(Tensor.of(numbers, count, tileCount())))
                .reshape(count, tileCount() * images * channels);
    }

    /** [36, O, C] of [O, C, 3, 3]. */
    private Value kernelPlanes(Value weight, boolean rotated) {
        Value flat = weight.reshape(weight.dim(0) * weight.dim(1), KERNEL_ELEMENTS);
        return kernelMatrix(rotated).matmul(flat, false, true, 1).reshape(PLANES, weight.dim(0), weight.dim(1));
    }

    /** Images of products of planes, [36, tiles·N, C] to [N, C, H, W]. */
    private Value images(Value products, long depth, @Nullable Value bias) {
        long row = images * depth;
        Value mixed = squared(WinogradMatrices.output()).matmul(products.reshape(PLANES, tileCount() * row));
        Value ordered = mixed.reshape(TILE_PIXELS * tileCount(), row).gather(placesOfPixels());
        Value biased = bias == null
                ? ordered
                : ordered.reshape(ordered.dim(0) * images, depth).add(bias).reshape(ordered.shape());
        return biased.transpose(1, 0).reshape(images, depth, height, width);
    }

    /** Where each pixel is among those of tiles, [16, tiles]. */
    private Value placesOfPixels() {
        long[] places = LongStream.range(0, height * width)
                .map(i -> {
                    long row = i / width;
                    long column = i % width;
                    long tile = row / TILE * tileColumns() + column / TILE;
                    return (row % TILE * TILE + column % TILE) * tileCount() + tile;
                })
                .toArray();
        return graph.longs(places);
    }

    private long tileCount() {
        return height / TILE * tileColumns();
    }

    private long tileColumns() {
        return width / TILE;
    }

    /** G for rows and columns, [36, 9]; for kernels that are rotated by 180 degrees where asked. */
    private Value kernelMatrix(boolean rotated) {
        double[][] matrix = WinogradMatrices.kernel();
        if (rotated) {
            for (double[] row : matrix) {
                double first = row[0];
                row[0] = row[KERNEL - 1];
                row[KERNEL - 1] = first;
            }
        }
        return squared(matrix);
    }

    /** What a matrix does to rows, done to rows and columns: its Kronecker product with itself. */
    private Value squared(double[][] matrix) {
        int rows = matrix.length;
        int columns = matrix[0].length;
        Tensor product = Tensor.zeros(ElementType.FLOAT32, (long) rows * rows, (long) columns * columns);
        FloatBuffer elements = product.floats();
        for (int i = 0; i < rows * rows; i++) {
            for (int k = 0; k < columns * columns; k++) {
                elements.put((float) (matrix[i / rows][k / columns] * matrix[i % rows][k % columns]));
            }
        }
        return graph.constant(product);
    }
}
