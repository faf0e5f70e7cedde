package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * The gradient of a 3x3 convolution by its weights in half of the multiplications: the transpose of Winograd's F(4, 3) along the
 * height ("Fast Algorithms for Convolutional Neural Networks", Lavin and Gray 2016, section 4.3).
 *
 * <p>Four rows of dY become six planes, and so do the six rows of X that they depend on; products of planes, summed over images,
 * tiles of rows and columns, give six planes of dW, of which its three rows are sums.
 *
 * <p>The largest error, relative to the largest element, is about 2e-6, where single products have 3e-7.
 */
final class WinogradWeights {
    private static final int KERNEL = 3;
    private static final int ROWS = 4;
    private static final int PLANES = 6;

    /** Fewer channels make products too small to be worth the sums. */
    private static final long FEWEST_CHANNELS = 32;

    /** Images of fewer rows or columns are faster with one product for each element of the kernel. */
    private static final long SMALLEST_IMAGE = 8;

    /** Planes of each row of dY. */
    private static final float[] OUTPUT = {
        1, 0, 0, 0, //
        1, 1, 1, 1, //
        1, -1, 1, -1, //
        1, 2, 4, 8, //
        1, -2, 4, -8, //
        0, 0, 0, 1
    };

    /** Planes of each row of X. */
    private static final float[] INPUT = {
        4, 0, -5, 0, 1, 0, //
        0, -4, -4, 1, 1, 0, //
        0, 4, -4, -1, 1, 0, //
        0, -2, -1, 2, 1, 0, //
        0, 2, -1, -2, 1, 0, //
        0, 4, 0, -5, 0, 1
    };

    /** Rows of the kernel of each plane. */
    private static final float[] WEIGHT = {
        1 / 4f, -1 / 6f, -1 / 6f, 1 / 24f, 1 / 24f, 0, //
        0, -1 / 6f, 1 / 6f, 1 / 12f, -1 / 12f, 0, //
        0, -1 / 6f, -1 / 6f, 1 / 6f, 1 / 6f, 1
    };

    private final BackwardContext step;
    private final Value x;
    private final Value dy;
    private final long n;
    private final long in;
    private final long out;
    private final long tiles;
    private final long w;

    /** @param step of a convolution that {@linkplain #fits fits} */
    WinogradWeights(BackwardContext step) {
        this.step = step;
        this.x = step.x(0);
        this.dy = step.dy();
        this.n = x.dim(0);
        this.in = x.dim(1);
        this.out = dy.dim(1);
        this.tiles = x.dim(2) / ROWS;
        this.w = x.dim(3);
    }

    /** Whether this computes the gradient of a convolution, and fast where that was measured. */
    static boolean fits(BackwardContext step, long stride, long padding) {
        Value x = step.x(0);
        Value weight = step.x(1);
        return step.processor() == Processor.X86_64
                && x.type() == ElementType.FLOAT32
                && weight.dim(2) == KERNEL
                && weight.dim(3) == KERNEL
                && stride == 1
                && padding == 1
                && Math.min(x.dim(1), weight.dim(0)) >= FEWEST_CHANNELS
                && Math.min(x.dim(2), x.dim(3)) >= SMALLEST_IMAGE
                && x.dim(2) % ROWS == 0;
    }

    /** dW, of the shape of W. */
    Value gradient() {
        Value rows = dy.reshape(n, out, tiles, ROWS, w).transpose(3, 1, 0, 2, 4);
        Value dyPlanes = planes(OUTPUT, rows, out);
        Value xPlanes = planes(INPUT, windows(), in);
        Value[] columns = new Value[KERNEL];
        for (int j = 0; j < KERNEL; j++) {
            // Moving one to the left is moving the other to the right: the one of fewer channels is moved.
            Value product = in <= out
                    ? dyPlanes.matmul(moved(xPlanes, 1 - j), false, true, 1)
                    : moved(dyPlanes, j - 1).matmul(xPlanes, false, true, 1);
            columns[j] = product.reshape(PLANES, 1, out * in);
        }
        Value kernelPlanes = step.graph().concat(1, columns).reshape(PLANES, KERNEL * out * in);
        return matrix(WEIGHT, PLANES)
                .matmul(kernelPlanes)
                .reshape(KERNEL * KERNEL, out * in)
                .transpose(1, 0)
                .reshape(step.x(1).shape());
    }

    /** The rows of X that each tile depends on, [6, C, N, tiles, W]: those of a tile of four and the first two of the next. */
    private Value windows() {
        Value padded = step.standard(
                "Pad",
                List.of(x, step.graph().longs(0, 0, 1, 0, 0, 0, ROWS - 1, 0)),
                Map.of(),
                n,
                in,
                (tiles + 1) * ROWS,
                w);
        Value rows = padded.reshape(n, in, tiles + 1, ROWS, w).transpose(3, 1, 0, 2, 4);
        Value own = slice(rows, 0, ROWS, 0);
        Value next = slice(rows, 0, PLANES - ROWS, 1);
        return step.graph().concat(0, own, next);
    }

    /** @param shift number of the first tile */
    private Value slice(Value rows, long from, long to, long shift) {
        return step.standard(
                "Slice",
                List.of(
                        rows,
                        step.graph().longs(from, shift),
                        step.graph().longs(to, shift + tiles),
                        step.graph().longs(0, 3)),
                Map.of(),
                to - from,
                in,
                n,
                tiles,
                w);
    }

    /** Sums of rows, [R, C, N, tiles, W] to [6, C, N·tiles·W]. */
    private Value planes(float[] matrix, Value rows, long channels) {
        long count = rows.dim(0);
        return matrix(matrix, count)
                .matmul(rows.reshape(count, channels * n * tiles * w))
                .reshape(PLANES, channels, n * tiles * w);
    }

    private Value matrix(float[] elements, long columns) {
        return step.graph().constant(Tensor.of(elements, elements.length / columns, columns));
    }

    /** Moved by columns to the right, left where negative, with zeros where nothing comes in. */
    private Value moved(Value planes, long right) {
        if (right == 0) {
            return planes;
        }
        // Whole planes move faster than rows, once what would move into the next row is zero.
        float[] stays = new float[Math.toIntExact(tiles * w)];
        for (int i = 0; i < stays.length; i++) {
            long to = i % w + right;
            stays[i] = to >= 0 && to < w ? 1 : 0;
        }
        Value kept = planes.reshape(PLANES, planes.dim(1), n, tiles * w)
                .mul(step.graph().constant(Tensor.of(stays, stays.length)))
                .reshape(planes.shape());
        return step.standard(
                "Pad", List.of(kept, step.graph().longs(0, 0, right, 0, 0, -right)), Map.of(), planes.shape());
    }
}
