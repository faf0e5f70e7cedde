package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Node;
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
     *
     * <p>s = mean((x - mean)·y) is variance·inv, and so inv = 2/(s + √(s² + 4ε)). It equals mean(x·y) - mean·mean(y), whose last
     * term is 0 but for rounding, which counts where the mean is large.
     */
    static void instanceNormalization(BackwardContext s) {
        Value x = s.x(0);
        if (s.wants(1) || s.wants(2) || !isAll(s.constant(1), 1) || !isAll(s.constant(2), 0)) {
            throw s.unsupported("its scale must be the constant 1 and its bias the constant 0");
        }
        int[] axes = IntStream.range(2, x.rank()).toArray();
        Value offset = x.reduceMean(true, axes).mul(s.y().reduceMean(true, axes));
        Value spread = ChannelProducts.means(s, x, s.y()).sub(offset);
        double epsilon = s.node().real("epsilon", 1e-5f);
        Value inverse = x.like(2).div(spread.mul(spread).add(4 * epsilon).sqrt().add(spread));
        Scaled scaled = Scaled.of(s);
        s.give(0, scaled == null ? plain(s.dy(), s.y(), inverse, axes) : scaled.gradient(s.y(), inverse));
    }

    private static Value plain(Value dy, Value y, Value inverse, int[] axes) {
        Value along = dy.mul(y).reduceMean(true, axes);
        return dy.sub(dy.reduceMean(true, axes)).sub(y.mul(along)).mul(inverse);
    }

    /**
     * A gradient dy = dz·a of groups of channels, where a is a factor for each channel. The means of dy and dy·y follow
     * from the sums of dz and dz·y over each channel, which the gradients of a and of a shift need too.
     *
     * @param step of the normalization
     * @param dz [N, C, H, W]
     * @param factor [N, C, 1, 1] or [1, C, 1, 1]
     */
    private record Scaled(BackwardContext step, Value dz, Value factor) {
        static @Nullable Scaled of(BackwardContext s) {
            Node reshape = s.producer(s.dy());
            Node mul = reshape == null || !reshape.op().equals("Reshape") ? null : s.producer(reshape.input(0));
            if (mul == null || !mul.op().equals("Mul") || s.dy().rank() != 3) {
                return null;
            }
            Value dz = mul.input(0);
            Value a = mul.input(1);
            boolean perChannel = dz.rank() == 4 && ChannelProducts.isFactor(a, dz);
            return perChannel ? new Scaled(s, dz, a) : null;
        }

        Value gradient(Value y, Value inverse) {
            long n = y.dim(0);
            long groups = y.dim(1);
            long channels = dz.dim(1);
            long elements = y.dim(2);
            Value mean = group(dz.reduceSum(true, 2, 3).mul(factor), groups);
            Value along =
                    group(ChannelProducts.of(step, dz, y.reshape(dz.shape())).mul(factor), groups);
            Value share = inverse.div(elements);
            Value scale = factor.reshape(factor.dim(0), groups, channels / groups)
                    .mul(inverse)
                    .reshape(n, channels, 1, 1);
            Value rest = y.mul(along.mul(share)).add(mean.mul(share));
            return dz.mul(scale).reshape(y.shape()).sub(rest);
        }

        /** [N, C, 1, 1] summed over each group's channels to [N, groups, 1]. */
        private static Value group(Value sums, long groups) {
            return sums.reshape(sums.dim(0), groups, sums.dim(1) / groups).reduceSum(true, 2);
        }
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
