package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Sums, means and normalization. */
final class ReductionRules {
    private ReductionRules() {}

    /** y = Σ x: dx = dy, repeated. */
    static void sum(BackwardContext s) {
        s.give(0, unreduced(s, s.constantLongs(1), s.dy()).expandLike(s.x(0)));
    }

    /** y = Σ x / n: dx = dy / n, repeated; n counts the elements that make one mean. */
    static void mean(BackwardContext s) {
        Value x = s.x(0);
        long elements = count(x);
        long means = count(s.y());
        Value share;
        if ((elements < 0) == (means < 0)) {
            share = s.dy().div((double) elements / means);
        } else {
            // The mean runs over the batch, whose size is known only at run time.
            Value size = s.graph().node("Size", "", List.of(x), Map.of(), ElementType.INT64);
            share = s.dy().mul(means).div(size.cast(x.type()));
        }
        s.give(0, unreduced(s, s.node().integers("axes"), share).expandLike(x));
    }

    /**
     * y = (x - mean)·inv with inv = 1/√(variance + ε), over all axes but the first two:
     * dx = inv·(dy - mean(dy) - y·mean(dy·y)).
     */
    static void instanceNormalization(BackwardContext s) {
        Value x = s.x(0);
        if (s.wants(1) || s.wants(2) || !isAll(s.constant(1), 1) || !isAll(s.constant(2), 0)) {
            throw s.unsupported("its scale must be the constant 1 and its bias the constant 0");
        }
        int[] axes = IntStream.range(2, x.rank()).toArray();
        Value normalized = s.y();
        Value centered = x.sub(x.reduceMean(true, axes));
        Value variance = centered.mul(centered).reduceMean(true, axes);
        Value inverse = variance.add(s.node().real("epsilon", 1e-5f)).sqrt().reciprocal();
        Value dy = s.dy();
        Value meanOfGradient = dy.reduceMean(true, axes);
        Value alongNormalized = dy.mul(normalized).reduceMean(true, axes);
        s.give(0, dy.sub(meanOfGradient).sub(normalized.mul(alongNormalized)).mul(inverse));
    }

    /** With the reduced axes back as axes of length 1. */
    private static Value unreduced(BackwardContext s, long[] reduced, Value gradient) {
        long[] shape = s.x(0).shape();
        for (int a : s.axes(reduced)) {
            shape[a] = 1;
        }
        return gradient.reshape(shape);
    }

    /** Number of elements, negative where it is a multiple of the batch size. */
    private static long count(Value v) {
        long n = 1;
        for (long d : v.shape()) {
            n *= d;
        }
        return n;
    }

    private static boolean isAll(@Nullable Tensor constant, double value) {
        if (constant == null) {
            return false;
        }
        return IntStream.range(0, constant.size())
                .allMatch(i -> constant.type() == ElementType.FLOAT64
                        ? constant.doubles().get(i) == value
                        : constant.floats().get(i) == value);
    }
}
