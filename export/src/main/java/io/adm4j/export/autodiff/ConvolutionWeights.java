package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The gradient of a convolution by its weights, dW[o,c,i,j] = Σ over n, p of dY[n,o,p]·X[n,c,p·stride + (i,j) - padding],
 * as matrix products over n and p, in the form that measured fastest for the size of the images.
 */
final class ConvolutionWeights {
    /** Images of fewer pixels make matrix products too short to be worth one for each image. */
    private static final long LARGE = 128;

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
        Value gradient;
        if (kh == 1 && kw == 1 && stride == 1 && padding == 0) {
            gradient = pointwise();
        } else if (stride == 1 && h * w > LARGE) {
            gradient = imageByImage();
        } else {
            gradient = channelsLast();
        }
        return gradient.reshape(step.x(1).shape());
    }

    /** For a 1x1 kernel: dY·Xᵀ for each image, summed. */
    private Value pointwise() {
        return dy.reshape(n, out, h * w)
                .matmul(x.reshape(n, in, h * w), false, true, 1)
                .reduceSum(false, 0);
    }

    /**
     * A product for each image and each kernel column. The columns are shifts of the padded X; the kernel's rows are
     * shifts of dY against X, one under another, so that one product does them all.
     *
     * @return [out, in, kh, kw]
     */
    private Value imageByImage() {
        long rows = h + kh - 1;
        Value padded = padding == 0 ? x : x.pad2d(padding, padding, padding, padding);
        Value[] shifts = new Value[(int) kh];
        for (int i = 0; i < kh; i++) {
            shifts[i] = kh == 1 ? dy : dy.pad2d(i, 0, kh - 1 - i, 0);
        }
        Value stacked = (kh == 1 ? dy : step.graph().concat(1, shifts)).reshape(n, kh * out, rows * w);
        Value[] columns = new Value[(int) kw];
        for (int j = 0; j < kw; j++) {
            Value shifted = kw == 1 ? padded : padded.slice(3, j, j + w);
            columns[j] = stacked.matmul(shifted.reshape(n, in, rows * w), false, true, 1)
                    .reduceSum(false, 0)
                    .reshape(kh, out, in, 1);
        }
        return step.graph().concat(3, columns).transpose(1, 2, 0, 3);
    }

    /**
     * With channels last, all images' pixels are the rows of one matrix: one long product for each kernel element.
     *
     * @return [out, in, kh·kw]
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
                        .reshape(out, in, 1));
            }
        }
        return elements.size() == 1 ? elements.get(0) : step.graph().concat(2, elements.toArray(Value[]::new));
    }
}
