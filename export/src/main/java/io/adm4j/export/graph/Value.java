package io.adm4j.export.graph;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A value in a graph under construction. Its methods add the operator that computes from it and return the result.
 *
 * <p>Shapes follow {@link GraphBuilder}: a dimension {@code -k} is k times the batch size. Every method throws
 * {@link IllegalArgumentException} where shapes do not fit.
 */
public final class Value {
    private final GraphBuilder graph;
    private final String name;
    private final ElementType type;
    private final long[] shape;

    Value(GraphBuilder graph, String name, ElementType type, long[] shape) {
        this.graph = graph;
        this.name = name;
        this.type = type;
        this.shape = shape;
    }

    public GraphBuilder graph() {
        return graph;
    }

    public String name() {
        return name;
    }

    public ElementType type() {
        return type;
    }

    /** The shape; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    /** Length along an axis; negative axes count from the end. */
    public long dim(int axis) {
        return shape[axis < 0 ? shape.length + axis : axis];
    }

    // ---- elementwise, with broadcasting ----

    public Value add(Value other) {
        return binary("Add", other, type);
    }

    public Value sub(Value other) {
        return binary("Sub", other, type);
    }

    public Value mul(Value other) {
        return binary("Mul", other, type);
    }

    public Value div(Value other) {
        return binary("Div", other, type);
    }

    public Value add(double other) {
        return add(like(other));
    }

    public Value sub(double other) {
        return sub(like(other));
    }

    public Value mul(double other) {
        return mul(like(other));
    }

    public Value div(double other) {
        return div(like(other));
    }

    /** 1 where this is less than {@code other}; bool. */
    public Value less(Value other) {
        return binary("Less", other, ElementType.BOOL);
    }

    /** 1 where this is greater than {@code other}; bool. */
    public Value greater(Value other) {
        return binary("Greater", other, ElementType.BOOL);
    }

    /** 1 where this equals {@code other}; bool. */
    public Value equal(Value other) {
        return binary("Equal", other, ElementType.BOOL);
    }

    /** {@code then} where this bool value holds, else {@code otherwise}. */
    public Value where(Value then, Value otherwise) {
        then.requireType("Where", otherwise);
        long[] s = broadcast(broadcast(shape, then.shape), otherwise.shape);
        return graph.node("Where", "", List.of(this, then, otherwise), Map.of(), then.type, s);
    }

    public Value neg() {
        return unary("Neg");
    }

    public Value exp() {
        return unary("Exp");
    }

    public Value log() {
        return unary("Log");
    }

    public Value sqrt() {
        return unary("Sqrt");
    }

    public Value reciprocal() {
        return unary("Reciprocal");
    }

    public Value tanh() {
        return unary("Tanh");
    }

    public Value sigmoid() {
        return unary("Sigmoid");
    }

    public Value relu() {
        return unary("Relu");
    }

    public Value sin() {
        return unary("Sin");
    }

    public Value cos() {
        return unary("Cos");
    }

    /** x·sigmoid(x), as ONNX Runtime's fused operator (QuickGelu with alpha 1). */
    public Value silu() {
        return graph.node("QuickGelu", Node.MICROSOFT, List.of(this), Map.of("alpha", 1f), type, shape);
    }

    /** The larger of this and a constant. */
    public Value atLeast(double minimum) {
        return binary("Max", like(minimum), type);
    }

    public Value cast(ElementType to) {
        return to == type
                ? this
                : graph.node("Cast", "", List.of(this), Map.of("to", (long) OnnxModel.onnxType(to)), to, shape);
    }

    // ---- shape ----

    /** The same elements under another shape; at most one dimension may be a multiple of the batch. */
    public Value reshape(long... to) {
        if (Arrays.equals(to, shape)) {
            return this;
        }
        if (count(to) != count(shape)) {
            throw new IllegalArgumentException("'" + name + "' of shape " + Arrays.toString(shape)
                    + " cannot take the shape " + Arrays.toString(to) + ".");
        }
        long[] target = Arrays.stream(to).map(d -> d < 0 ? -1 : d).toArray();
        return graph.node("Reshape", "", List.of(this, graph.longs(target)), Map.of(), type, to);
    }

    /** Axis i of the result is axis {@code permutation[i]} of this. */
    public Value transpose(int... permutation) {
        long[] perm = Arrays.stream(permutation).asLongStream().toArray();
        long[] s = Arrays.stream(permutation).mapToLong(p -> shape[p]).toArray();
        return graph.node("Transpose", "", List.of(this), Map.of("perm", perm), type, s);
    }

    /** Consecutive pieces along an axis. */
    public List<Value> split(int axis, long... sizes) {
        if (Arrays.stream(sizes).sum() != shape[axis]) {
            throw new IllegalArgumentException("Pieces of " + Arrays.toString(sizes) + " do not make up axis " + axis
                    + " of '" + name + "' of shape " + Arrays.toString(shape) + ".");
        }
        List<Value> outputs = new ArrayList<>();
        for (long size : sizes) {
            long[] s = shape.clone();
            s[axis] = size;
            outputs.add(graph.fresh("split", type, s));
        }
        graph.add(new Node(
                "Split", "", List.of(this, graph.longs(sizes)), List.copyOf(outputs), Map.of("axis", (long) axis)));
        return List.copyOf(outputs);
    }

    /** Elements {@code from} (inclusive) to {@code to} (exclusive) of one axis of known length. */
    public Value slice(int axis, long from, long to) {
        if (from < 0 || to > shape[axis] || from >= to) {
            throw new IllegalArgumentException("Axis " + axis + " of '" + name + "' of shape " + Arrays.toString(shape)
                    + " has no range " + from + " to " + to + ".");
        }
        long[] s = shape.clone();
        s[axis] = to - from;
        return graph.node(
                "Slice", "", List.of(this, graph.longs(from), graph.longs(to), graph.longs(axis)), Map.of(), type, s);
    }

    /** A 4-d value with its last two axes reversed. */
    public Value flip2d() {
        return graph.node(
                "Slice",
                "",
                List.of(
                        this,
                        graph.longs(-1, -1),
                        graph.longs(Long.MIN_VALUE + 1, Long.MIN_VALUE + 1),
                        graph.longs(2, 3),
                        graph.longs(-1, -1)),
                Map.of(),
                type,
                shape);
    }

    /** A 4-d value with zeros around its last two axes. */
    public Value pad2d(long top, long left, long bottom, long right) {
        long[] s = shape.clone();
        s[2] += top + bottom;
        s[3] += left + right;
        return graph.node(
                "Pad", "", List.of(this, graph.longs(0, 0, top, left, 0, 0, bottom, right)), Map.of(), type, s);
    }

    /** This value repeated to a larger shape by broadcasting. */
    public Value expand(long... to) {
        if (Arrays.equals(to, shape)) {
            return this;
        }
        if (Arrays.stream(to).anyMatch(d -> d < 0)) {
            throw new IllegalArgumentException("Expand needs a shape that does not depend on the batch size.");
        }
        return graph.node("Expand", "", List.of(this, graph.longs(to)), Map.of(), type, to);
    }

    /** This value repeated to the shape of another by broadcasting; that shape may depend on the batch size. */
    public Value expandLike(Value other) {
        if (Arrays.equals(other.shape, shape)) {
            return this;
        }
        if (!Arrays.equals(broadcast(shape, other.shape), other.shape)) {
            throw new IllegalArgumentException(this + " does not broadcast to the shape of " + other + ".");
        }
        Value target = graph.node("Shape", "", List.of(other), Map.of(), ElementType.INT64, other.rank());
        return graph.node("Expand", "", List.of(this, target), Map.of(), type, other.shape);
    }

    /** The same elements, treated as a constant by differentiation. */
    public Value stopGradient() {
        Value v = unary("Identity");
        graph.freeze(v);
        return v;
    }

    // ---- reductions ----

    public Value reduceSum(boolean keepDims, int... axes) {
        // ReduceSum took its axes as an input from opset 13 on, ReduceMean only from 18 on.
        long[] a = Arrays.stream(axes).asLongStream().toArray();
        return graph.node(
                "ReduceSum",
                "",
                List.of(this, graph.longs(a)),
                Map.of("keepdims", keepDims ? 1L : 0L),
                type,
                reduced(keepDims, axes));
    }

    public Value reduceMean(boolean keepDims, int... axes) {
        long[] a = Arrays.stream(axes).asLongStream().toArray();
        return graph.node(
                "ReduceMean",
                "",
                List.of(this),
                Map.of("axes", a, "keepdims", keepDims ? 1L : 0L),
                type,
                reduced(keepDims, axes));
    }

    /** Sums over the axes that broadcasting added or repeated, down to {@code target}. */
    public Value sumTo(long... target) {
        if (Arrays.equals(target, shape)) {
            return this;
        }
        int extra = shape.length - target.length;
        int[] axes = IntStream.range(0, shape.length)
                .filter(i -> i < extra || target[i - extra] != shape[i])
                .toArray();
        if (Arrays.equals(axes, new int[] {0, 2, 3})) {
            // Each channel of each image first: contiguous, and often needed by itself.
            return reduceSum(true, 2, 3).reduceSum(true, 0).reshape(target);
        }
        return reduceSum(true, axes).reshape(target);
    }

    // ---- linear algebra ----

    /** Matrix product of the two last axes, batched over the others. */
    public Value matmul(Value other) {
        return matmul(other, false, false, 1);
    }

    /** alpha·op(this)·op(other), where op transposes the two last axes if asked; batched over the others. */
    public Value matmul(Value other, boolean transposeThis, boolean transposeOther, double alpha) {
        requireType("MatMul", other);
        long m = dim(transposeThis ? -1 : -2);
        long k = dim(transposeThis ? -2 : -1);
        long k2 = other.dim(transposeOther ? -1 : -2);
        long n = other.dim(transposeOther ? -2 : -1);
        if (k != k2) {
            throw new IllegalArgumentException("'" + name + "' " + Arrays.toString(shape) + " and '" + other.name + "' "
                    + Arrays.toString(other.shape) + " have no matrix product.");
        }
        long[] lead =
                broadcast(Arrays.copyOf(shape, shape.length - 2), Arrays.copyOf(other.shape, other.shape.length - 2));
        long[] s = Arrays.copyOf(lead, lead.length + 2);
        s[s.length - 2] = m;
        s[s.length - 1] = n;
        if (!transposeThis && !transposeOther && alpha == 1) {
            return graph.node("MatMul", "", List.of(this, other), Map.of(), type, s);
        }
        return graph.node(
                "FusedMatMul",
                Node.MICROSOFT,
                List.of(this, other),
                Map.of("transA", transposeThis ? 1L : 0L, "transB", transposeOther ? 1L : 0L, "alpha", (float) alpha),
                type,
                s);
    }

    /** x·Wᵀ + b for rows x; {@code weight} is [out, in], {@code bias} [out] or null. */
    public Value linear(Value weight, @Nullable Value bias) {
        if (rank() != 2 || dim(1) != weight.dim(1)) {
            throw new IllegalArgumentException("'" + name + "' " + Arrays.toString(shape)
                    + " does not fit the linear layer '" + weight.name + "' " + Arrays.toString(weight.shape) + ".");
        }
        requireType("Gemm", weight);
        requireType("Gemm", bias);
        List<Value> in = bias == null ? List.of(this, weight) : List.of(this, weight, bias);
        return graph.node("Gemm", "", in, Map.of("transB", 1L), type, dim(0), weight.dim(0));
    }

    /**
     * 2-d convolution with the same stride and padding on both axes.
     *
     * @param weight [out, in, k, k]
     * @param bias [out], or null
     */
    public Value conv(Value weight, @Nullable Value bias, int stride, int padding) {
        if (rank() != 4 || weight.rank() != 4 || dim(1) != weight.dim(1)) {
            throw new IllegalArgumentException("'" + name + "' " + Arrays.toString(shape)
                    + " does not fit the convolution '" + weight.name + "' " + Arrays.toString(weight.shape) + ".");
        }
        long kh = weight.dim(2);
        long kw = weight.dim(3);
        requireType("Conv", weight);
        requireType("Conv", bias);
        List<Value> in = bias == null ? List.of(this, weight) : List.of(this, weight, bias);
        return graph.node(
                "Conv",
                "",
                in,
                Map.of(
                        "kernel_shape", new long[] {kh, kw},
                        "strides", new long[] {stride, stride},
                        "pads", new long[] {padding, padding, padding, padding}),
                type,
                dim(0),
                weight.dim(0),
                (dim(2) + 2L * padding - kh) / stride + 1,
                (dim(3) + 2L * padding - kw) / stride + 1);
    }

    /**
     * Multi-head attention, as ONNX Runtime's fused operator: each head's softmax(QKᵀ / √(C / heads))·V.
     *
     * @param keys of the shape of these queries, [N, T, C]
     * @param values of the same shape
     */
    public Value attend(Value keys, Value values, int heads) {
        if (rank() != 3 || !Arrays.equals(shape, keys.shape) || !Arrays.equals(shape, values.shape)) {
            throw new IllegalArgumentException("Queries " + this + ", keys " + keys + " and values " + values
                    + " are not all of one shape [N, T, C].");
        }
        requireType("MultiHeadAttention", keys);
        requireType("MultiHeadAttention", values);
        return graph.node(
                "MultiHeadAttention",
                Node.MICROSOFT,
                List.of(this, keys, values),
                Map.of("num_heads", (long) heads),
                type,
                shape);
    }

    /** Softmax over the last axis. */
    public Value softmax() {
        return graph.node("Softmax", "", List.of(this), Map.of("axis", -1L), type, shape);
    }

    /** Logarithm of the softmax over the last axis. */
    public Value logSoftmax() {
        return graph.node("LogSoftmax", "", List.of(this), Map.of("axis", -1L), type, shape);
    }

    /**
     * Each row of a [rows, length] value normalized to mean 0 and variance 1: (x - mean) / sqrt(variance + epsilon), where
     * rows are given as [N, groups, length].
     */
    public Value normalizeGroups(double epsilon) {
        Value scale = graph.filled(type, 1, dim(1));
        Value bias = graph.filled(type, 0, dim(1));
        return graph.node(
                "InstanceNormalization",
                "",
                List.of(this, scale, bias),
                Map.of("epsilon", (float) epsilon),
                type,
                shape);
    }

    // ---- images ----

    /** Mean over 2x2 blocks of a 4-d value. */
    public Value averagePool2() {
        return graph.node(
                "AveragePool",
                "",
                List.of(this),
                Map.of("kernel_shape", new long[] {2, 2}, "strides", new long[] {2, 2}),
                type,
                dim(0),
                dim(1),
                dim(2) / 2,
                dim(3) / 2);
    }

    /** Every pixel of a 4-d value twice along both axes. */
    public Value upsampleNearest2() {
        Value scales = graph.constant(Tensor.of(new float[] {1, 1, 2, 2}, 4));
        return graph.node(
                "Resize",
                "",
                Arrays.asList(this, null, scales),
                Map.of(
                        "mode", "nearest",
                        "coordinate_transformation_mode", "asymmetric",
                        "nearest_mode", "floor"),
                type,
                dim(0),
                dim(1),
                dim(2) * 2,
                dim(3) * 2);
    }

    /** Bilinear interpolation by an integer factor, pixel centers at half-integers, as PyTorch without align_corners. */
    public Value upsampleBilinear(int factor) {
        Value scales = graph.constant(Tensor.of(new float[] {1, 1, factor, factor}, 4));
        return graph.node(
                "Resize",
                "",
                Arrays.asList(this, null, scales),
                Map.of("mode", "linear", "coordinate_transformation_mode", "half_pixel"),
                type,
                dim(0),
                dim(1),
                dim(2) * factor,
                dim(3) * factor);
    }

    // ---- look-up ----

    /** Rows of this table by int64 index: the result has the shape of {@code indices} and then of a row. */
    public Value gather(Value indices) {
        long[] s = Arrays.copyOf(indices.shape, indices.shape.length + shape.length - 1);
        System.arraycopy(shape, 1, s, indices.shape.length, shape.length - 1);
        return graph.node("Gather", "", List.of(this, indices), Map.of("axis", 0L), type, s);
    }

    /** float32 [.., depth] with a one at the index that this int64 value holds. */
    public Value oneHot(long depth) {
        long[] s = Arrays.copyOf(shape, shape.length + 1);
        s[shape.length] = depth;
        Value onOff = graph.constant(Tensor.of(new float[] {0, 1}, 2));
        return graph.node(
                "OneHot", "", List.of(this, graph.longs(depth), onOff), Map.of("axis", -1L), ElementType.FLOAT32, s);
    }

    // ---- helpers ----

    /** A scalar constant of this value's element type. */
    public Value like(double constant) {
        return graph.filled(type, constant);
    }

    private Value unary(String op) {
        return graph.node(op, "", List.of(this), Map.of(), type, shape);
    }

    private Value binary(String op, Value other, ElementType result) {
        requireType(op, other);
        return graph.node(op, "", List.of(this, other), Map.of(), result, broadcast(shape, other.shape));
    }

    private void requireType(String op, @Nullable Value other) {
        if (other != null && type != other.type) {
            throw new IllegalArgumentException(op + " of '" + name + "' (" + type + ") and '" + other.name + "' ("
                    + other.type + ") needs equal types.");
        }
    }

    private long[] reduced(boolean keepDims, int[] axes) {
        boolean[] gone = new boolean[shape.length];
        for (int a : axes) {
            gone[a < 0 ? a + shape.length : a] = true;
        }
        return IntStream.range(0, shape.length)
                .filter(i -> keepDims || !gone[i])
                .mapToLong(i -> gone[i] ? 1 : shape[i])
                .toArray();
    }

    /** Product of the dimensions; negative where it is a multiple of the batch. */
    private static long count(long[] dims) {
        long n = 1;
        for (long d : dims) {
            n *= d;
        }
        return n;
    }

    private static long[] broadcast(long[] a, long[] b) {
        int rank = Math.max(a.length, b.length);
        long[] out = new long[rank];
        for (int i = 0; i < rank; i++) {
            long p = i < rank - a.length ? 1 : a[i - (rank - a.length)];
            long q = i < rank - b.length ? 1 : b[i - (rank - b.length)];
            if (p != q && p != 1 && q != 1) {
                throw new IllegalArgumentException(
                        "Shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not broadcast.");
            }
            out[i] = p == 1 ? q : p;
        }
        return out;
    }

    @Override
    public String toString() {
        return name + Arrays.toString(shape);
    }
}
