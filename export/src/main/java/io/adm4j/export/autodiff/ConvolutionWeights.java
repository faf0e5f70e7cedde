package io.adm4j.export.autodiff;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The gradient of a convolution by its weights, dW[o,c,i,j] = Σ over n, p of dY[n,o,p]·X[n,c,p·stride + (i,j) - padding],
 * as matrix products over n and p, in the form that measured fastest for the size of the images.
 */
final class ConvolutionWeights {
    /** Images of fewer pixels make matrix products too short to be worth one for each image. */
    private static final long LARGE = 32;

    private final BackwardContext step;
    private final Value x;
    private final Value dy;
    private final long stride;
    private final long padding;
    private final long n;
    private final long in;
    private final long out;
    private final long h;
    private final long w;
    private final long kh;
    private final long kw;

    ConvolutionWeights(BackwardContext step, long stride, long padding) {
        this.step = step;
        this.x = step.x(0);
        this.dy = step.dy();
        this.stride = stride;
        this.padding = padding;
        this.n = x.dim(0);
        this.in = x.dim(1);
        this.out = dy.dim(1);
        this.h = dy.dim(2);
        this.w = dy.dim(3);
        this.kh = step.x(1).dim(2);
        this.kw = step.x(1).dim(3);
    }

    /** dW, of the shape of W. */
    Value gradient() {
        if (kh == 1 && kw == 1 && stride == 1 && padding == 0) {
            return pointwise();
        }
        if (WinogradWeights.fits(step, stride, padding)) {
            return new WinogradWeights(step).gradient();
        }
        Value elements = stride == 1 && h * w > LARGE ? imageByImage() : channelsLast();
        Value byElement = elements.reshape(out, kh * kw, in);
        return (kh * kw == 1 ? byElement : byElement.transpose(0, 2, 1))
                .reshape(step.x(1).shape());
    }

    /** For a 1x1 kernel: dY·Xᵀ for each image, summed. */
    private Value pointwise() {
        Value products = dy.reshape(n, out, h * w).matmul(x.reshape(n, in, h * w), false, true, 1);
        return sum(products, step.x(1).shape());
    }

    /**
     * A product for each image and each kernel column. The columns are shifts of X; the kernel's rows are shifts of dY
     * against X, one under another, so that one product does them all.
     *
     * @return [out, kh, kw, in]
     */
    private Value imageByImage() {
        long pixels = x.dim(2) * w;
        Value flat = dy.reshape(n, out, 1, h * w);
        Value[] rows = new Value[(int) kh];
        for (int i = 0; i < kh; i++) {
            rows[i] = shifted(flat, (i - padding) * w, pixels);
        }
        Value stacked = (kh == 1 ? rows[0] : step.graph().concat(2, rows)).reshape(n, out * kh, pixels);
        Value[] columns = new Value[(int) kw];
        for (int j = 0; j < kw; j++) {
            columns[j] = sum(stacked.matmul(column(padding - j), false, true, 1), out, kh, 1, in);
        }
        return kw == 1 ? columns[0] : step.graph().concat(2, columns);
    }

    /** X moved to the right, left where negative, with zeros where nothing comes in: [N, in, pixels]. */
    private Value column(long right) {
        long pixels = x.dim(2) * w;
        if (right == 0 || w != x.dim(3)) {
            return shifted(x, right, w).reshape(n, in, pixels);
        }
        // Whole images move faster than rows, once what would move into the next row is zero.
        float[] stays = new float[Math.toIntExact(pixels)];
        for (int i = 0; i < pixels; i++) {
            long to = i % w + right;
            stays[i] = to >= 0 && to < w ? 1 : 0;
        }
        Value mask = step.graph().constant(Tensor.of(stays, pixels)).cast(x.type());
        return shifted(x.reshape(n, in, pixels).mul(mask), right, pixels);
    }

    /** Moved along the last axis, down where negative, and cut or with zeros to a length. */
    private Value shifted(Value v, long by, long length) {
        long after = length - v.dim(-1) - by;
        if (by == 0 && after == 0) {
            return v;
        }
        long[] pads = new long[2 * v.rank()];
        pads[v.rank() - 1] = by;
        pads[pads.length - 1] = after;
        long[] shape = v.shape();
        shape[shape.length - 1] = length;
        return step.standard("Pad", List.of(v, step.graph().longs(pads)), Map.of(), shape);
    }

    /** Summed over the batch: as a product with ones, which is several times as fast as a reduction. */
    private Value sum(Value products, long... to) {
        GraphBuilder g = step.graph();
        Value batch = g.node("Shape", "", List.of(batched()), Map.of("start", 0L, "end", 1L), ElementType.INT64, 1);
        Value shape = g.concat(0, g.longs(1), batch);
        Value ones = g.node("Expand", "", List.of(products.like(1), shape), Map.of(), products.type(), 1, n);
        long elements = Tensor.elements(to);
        return ones.matmul(products.reshape(n, elements)).reshape(to);
    }

    /** A value whose first length is N: an input where possible, so that N is found once in the whole graph. */
    private Value batched() {
        return step.graph().inputs().stream()
                .filter(v -> v.rank() > 0 && v.dim(0) == n)
                .findFirst()
                .orElse(x);
    }

    /**
     * With channels last, all images' pixels are the rows of one matrix: one long product for each kernel element.
     *
     * @return [out, kh·kw, in]
     */
    private Value channelsLast() {
        Value rows = dy.transpose(0, 2, 3, 1).reshape(n * h * w, out);
        Value last = x.transpose(0, 2, 3, 1);
        if (padding > 0) {
            last = step.standard(
                    "Pad",
                    List.of(last, step.graph().longs(0, padding, padding, 0, 0, padding, padding, 0)),
                    Map.of(),
                    n,
                    x.dim(2) + 2 * padding,
                    x.dim(3) + 2 * padding,
                    in);
        }
        List<Value> elements = new ArrayList<>();
        for (long i = 0; i < kh; i++) {
            for (long j = 0; j < kw; j++) {
                Value window = step.standard(
                        "Slice",
                        List.of(
                                last,
                                step.graph().longs(i, j),
                                step.graph().longs(i + (h - 1) * stride + 1, j + (w - 1) * stride + 1),
                                step.graph().longs(1, 2),
                                step.graph().longs(stride, stride)),
                        Map.of(),
                        n,
                        h,
                        w,
                        in);
                elements.add(rows.matmul(window.reshape(n * h * w, in), true, false, 1)
                        .reshape(out, 1, in));
            }
        }
        return elements.size() == 1 ? elements.get(0) : step.graph().concat(1, elements.toArray(Value[]::new));
    }
}
