package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operators that only move elements. */
final class ShapeRules {
    private ShapeRules() {}

    /** The gradient takes the old shape. */
    static void reshape(BackwardContext s) {
        s.give(0, s.dy().reshape(s.x(0).shape()));
    }

    /** The inverse permutation. */
    static void transpose(BackwardContext s) {
        long[] permutation = s.node().integers("perm");
        int[] inverse = new int[permutation.length];
        for (int i = 0; i < inverse.length; i++) {
            inverse[(int) permutation[i]] = i;
        }
        s.give(0, s.dy().transpose(inverse));
    }

    /** The pieces' gradients side by side; zeros for a piece that has none. */
    static void split(BackwardContext s) {
        List<Value> outputs = s.node().outputs();
        Value[] parts = new Value[outputs.size()];
        for (int i = 0; i < parts.length; i++) {
            Value dy = s.dy(i);
            parts[i] = dy != null ? dy : outputs.get(i).like(0).expandLike(outputs.get(i));
        }
        s.give(0, s.graph().concat(axis(s), parts));
    }

    /** Each part gets its piece of the gradient. */
    static void concat(BackwardContext s) {
        int axis = axis(s);
        List<Value> parts = s.node().inputs();
        if (s.y().dim(axis) < 0) {
            concatOfBatches(s, axis);
            return;
        }
        boolean all = true;
        for (int i = 0; i < parts.size(); i++) {
            all &= s.wants(i);
        }
        if (all) {
            List<Value> pieces = s.dy().split(
                            axis, parts.stream().mapToLong(p -> p.dim(axis)).toArray());
            for (int i = 0; i < parts.size(); i++) {
                s.give(i, pieces.get(i));
            }
            return;
        }
        long from = 0;
        for (int i = 0; i < parts.size(); i++) {
            long to = from + parts.get(i).dim(axis);
            if (s.wants(i)) {
                s.give(i, s.dy().slice(axis, from, to));
            }
            from = to;
        }
    }

    /** Parts whose length is a multiple of the batch size can be distinguished only where all have one length. */
    private static void concatOfBatches(BackwardContext s, int axis) {
        List<Value> parts = s.node().inputs();
        if (parts.stream().anyMatch(p -> p.dim(axis) != parts.get(0).dim(axis))) {
            throw s.unsupported("its parts depend on the batch size and are not of equal length");
        }
        List<Value> pieces = new ArrayList<>();
        parts.forEach(p -> pieces.add(s.graph().fresh("piece", p.type(), p.shape())));
        s.graph().add(new Node("Split", "", List.of(s.dy()), List.copyOf(pieces), Map.of("axis", (long) axis)));
        for (int i = 0; i < parts.size(); i++) {
            if (s.wants(i)) {
                s.give(i, pieces.get(i));
            }
        }
    }

    /** Zeros around the gradient of a range; a reversed axis is reversed back. */
    static void slice(BackwardContext s) {
        Value x = s.x(0);
        long[] starts = s.constantLongs(1);
        int[] axes = s.axes(s.constantLongs(3));
        long[] steps = s.node().inputs().size() > 4 ? s.constantLongs(4) : ones(axes.length);
        if (Arrays.stream(steps).allMatch(step -> step == -1) && Arrays.equals(x.shape(), s.y().shape())) {
            s.give(0, s.standard("Slice", List.of(s.dy(), s.x(1), s.x(2), s.x(3), s.x(4)), Map.of(), x.shape()));
            return;
        }
        if (Arrays.stream(steps).anyMatch(step -> step != 1)) {
            throw s.unsupported("it takes steps of " + Arrays.toString(steps));
        }
        long[] pads = new long[2 * x.rank()];
        for (int i = 0; i < axes.length; i++) {
            long start = starts[i] < 0 ? starts[i] + x.dim(axes[i]) : starts[i];
            pads[axes[i]] = start;
            pads[x.rank() + axes[i]] = x.dim(axes[i]) - start - s.y().dim(axes[i]);
        }
        s.give(0, s.standard("Pad", List.of(s.dy(), s.graph().longs(pads)), Map.of(), x.shape()));
    }

    /** The gradient without the padding. */
    static void pad(BackwardContext s) {
        Value x = s.x(0);
        long[] pads = s.constantLongs(1);
        int[] padded = IntStream.range(0, x.rank())
                .filter(i -> x.dim(i) != s.y().dim(i))
                .toArray();
        long[] axes = new long[padded.length];
        long[] from = new long[padded.length];
        long[] to = new long[padded.length];
        for (int i = 0; i < padded.length; i++) {
            axes[i] = padded[i];
            from[i] = pads[padded[i]];
            to[i] = from[i] + x.dim(padded[i]);
        }
        s.give(
                0,
                s.standard(
                        "Slice",
                        List.of(
                                s.dy(),
                                s.graph().longs(from),
                                s.graph().longs(to),
                                s.graph().longs(axes)),
                        Map.of(),
                        x.shape()));
    }

    /** Summed over the repetitions. */
    static void expand(BackwardContext s) {
        s.give(0, s.dy().sumTo(s.x(0).shape()));
    }

    private static int axis(BackwardContext s) {
        int axis = (int) s.node().integer("axis", 0);
        return axis < 0 ? axis + s.x(0).rank() : axis;
    }

    private static long[] ones(int n) {
        long[] ones = new long[n];
        Arrays.fill(ones, 1);
        return ones;
    }
}
