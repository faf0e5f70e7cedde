package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Sums of a·b over all axes but the first two. */
final class ChannelProducts {
    /** For fewer elements of a sum its product takes longer than a pass over a·b, as measured. */
    private static final long FEWEST_ELEMENTS = 512;

    private ChannelProducts() {}

    /** Whether a factor is one for each channel of images [N, C, ...], for all of them or for each. */
    static boolean isFactor(Value factor, Value images) {
        return images.rank() > 2
                && factor.rank() == images.rank()
                && factor.dim(1) == images.dim(1)
                && IntStream.range(2, images.rank()).allMatch(axis -> factor.dim(axis) == 1)
                && IntStream.range(2, images.rank()).anyMatch(axis -> images.dim(axis) > 1);
    }

    /**
     * The sums, as axes of length 1 where there was a sum.
     *
     * @param a [N, C, ...]
     * @param b of the same shape
     */
    static Value of(BackwardContext step, Value a, Value b) {
        return isProduct(step, a)
                ? product(a, b)
                : a.mul(b).reduceSum(true, IntStream.range(2, a.rank()).toArray());
    }

    /** {@link #of} by the number of elements of each sum. */
    static Value means(BackwardContext step, Value a, Value b) {
        return isProduct(step, a)
                ? product(a, b).div(elements(a))
                : a.mul(b).reduceMean(true, IntStream.range(2, a.rank()).toArray());
    }

    private static boolean isProduct(BackwardContext step, Value a) {
        return step.processor() == Processor.X86_64
                && a.type() == ElementType.FLOAT32
                && IntStream.range(2, a.rank()).allMatch(axis -> a.dim(axis) > 0)
                && elements(a) >= FEWEST_ELEMENTS;
    }

    /** The product of one row and one column for each channel, which does not write a·b. */
    private static Value product(Value a, Value b) {
        long[] shape = a.shape();
        Arrays.fill(shape, 2, shape.length, 1);
        return row(a).matmul(row(b), false, true, 1).reshape(shape);
    }

    private static Value row(Value v) {
        return v.reshape(v.dim(0), v.dim(1), 1, elements(v));
    }

    private static long elements(Value v) {
        return IntStream.range(2, v.rank()).mapToLong(v::dim).reduce(1, (a, b) -> a * b);
    }
}
