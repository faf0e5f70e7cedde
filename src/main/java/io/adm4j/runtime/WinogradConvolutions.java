package io.adm4j.runtime;

import io.adm4j.runtime.GraphFile.Initializer;
import io.adm4j.runtime.GraphFile.Node;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Computes wide 3x3 convolutions with half of the multiplications: Winograd's algorithm F(4, 3) along the height (Lavin and
 * Gray 2016, "Fast Algorithms for Convolutional Neural Networks"), with plain kernels of length 3 along the width.
 *
 * <p>Four rows of the output come from six rows of the input. These are mixed to six planes of a quarter of the height,
 * each of which is convolved with a 1x3 kernel that mixes the three rows of the 3x3 kernel; the results are mixed to four rows.
 * Rows are mixed by convolutions within channels, which ONNX Runtime computes in the blocked layout of its x86 convolutions, so
 * that nothing is rearranged; weights are mixed when the session is opened.
 */
final class WinogradConvolutions {
    /** Rows of the output that are computed together. */
    private static final int ROWS = 4;

    /** Channels must fill the blocks of the blocked layout. */
    private static final int BLOCK = 16;

    /** With fewer channels mixing rows takes more time than it saves. */
    private static final int FEWEST_CHANNELS = 32;

    /** With fewer products of pixels, input channels and output channels the overhead of nodes outweighs, as measured. */
    private static final long SMALLEST = 1_000_000;

    /** More channels, rows or columns than this are no image: left to ONNX Runtime, which says so. */
    private static final long MOST = 1 << 16;

    private static final int KERNEL = 3;

    private static final int PLANES = 6;

    /** Mixes six rows of the input: one line for each plane. */
    private static final float[][] INPUT = {
        {4, 0, -5, 0, 1, 0},
        {0, -4, -4, 1, 1, 0},
        {0, 4, -4, -1, 1, 0},
        {0, -2, -1, 2, 1, 0},
        {0, 2, -1, -2, 1, 0},
        {0, 4, 0, -5, 0, 1}
    };

    /** Mixes the three rows of a kernel: one line for each plane. */
    private static final float[][] WEIGHT = {
        {1 / 4f, 0, 0},
        {-1 / 6f, -1 / 6f, -1 / 6f},
        {-1 / 6f, 1 / 6f, -1 / 6f},
        {1 / 24f, 1 / 12f, 1 / 6f},
        {1 / 24f, -1 / 12f, 1 / 6f},
        {0, 0, 1}
    };

    /** Mixes six planes: one line for each row of the output. */
    private static final float[] OUTPUT = {
        1, 1, 1, 1, 1, 0,
        0, 1, -1, 2, -2, 0,
        0, 1, 1, 4, 4, 0,
        0, 1, -1, 8, -8, 1
    };

    private final GraphFile graph;
    private final Set<String> constant = new HashSet<>();
    /** Constants that are of use only once they are float32. */
    private final Set<String> halves = new HashSet<>();

    private final List<ByteBuffer> nodes = new ArrayList<>();
    private final Map<String, ByteBuffer> constants = new LinkedHashMap<>();
    private boolean rewritten;

    private WinogradConvolutions(GraphFile graph) {
        this.graph = graph;
    }

    /**
     * The graph with its convolutions replaced where that pays, as {@link GraphFile#with}.
     *
     * @return null if there are none
     */
    static @Nullable ByteBuffer in(GraphFile graph) {
        WinogradConvolutions rewriting = new WinogradConvolutions(graph);
        graph.initializers().stream()
                .filter(i -> !graph.inputs().contains(i.name()))
                .forEach(rewriting::add);
        graph.nodes().forEach(rewriting::add);
        return rewriting.rewritten ? graph.with(rewriting.nodes, List.copyOf(rewriting.constants.values())) : null;
    }

    private void add(Initializer initializer) {
        switch (initializer.type()) {
            case GraphFile.FLOAT, GraphFile.INT64 -> constant.add(initializer.name());
            case GraphFile.FLOAT16 -> halves.add(initializer.name());
            default -> {}
        }
    }

    private void add(Node node) {
        if (node.op().equals("Cast") && halves.containsAll(node.inputs()) && all(node, "to", GraphFile.FLOAT)) {
            constant.addAll(node.outputs());
        }
        if (!node.inputs().isEmpty() && node.inputs().stream().allMatch(i -> i.isEmpty() || constant.contains(i))) {
            constant.addAll(node.outputs());
        }
        if (fits(node)) {
            rewritten = true;
            replace(node);
        } else {
            nodes.add(node.encoded());
        }
    }

    private boolean fits(Node node) {
        if (!node.op().equals("Conv")
                || !node.domain().isEmpty()
                || node.inputs().size() < 2
                || node.inputs().size() > 3
                || node.outputs().size() != 1
                || node.otherAttributes()
                || !all(node, "strides", 1)
                || !all(node, "dilations", 1)
                || !all(node, "group", 1)
                || !node.integers().containsKey("pads")
                || !all(node, "pads", 1)
                || !node.inputs().stream().skip(1).allMatch(constant::contains)) {
            return false;
        }
        long[] x = graph.shapes().get(node.inputs().get(0));
        long[] w = graph.shapes().get(node.inputs().get(1));
        return x != null
                && w != null
                && x.length == 4
                && w.length == 4
                && w[2] == KERNEL
                && w[3] == KERNEL
                && wide(w[0])
                && wide(w[1])
                && x[1] == w[1]
                && x[2] > 0
                && x[2] <= MOST
                && x[2] % ROWS == 0
                && x[3] > 0
                && x[3] <= MOST
                && x[2] * x[3] * w[0] * w[1] >= SMALLEST;
    }

    private static boolean wide(long channels) {
        return channels >= FEWEST_CHANNELS && channels <= MOST && channels % BLOCK == 0;
    }

    private static boolean all(Node node, String attribute, long value) {
        long[] values = node.integers().get(attribute);
        return values == null || Arrays.stream(values).allMatch(v -> v == value);
    }

    private void replace(Node node) {
        String y = node.outputs().get(0);
        long[] x = shape(node.inputs().get(0));
        long out = shape(node.inputs().get(1))[0];
        long height = x[2] / ROWS;
        String products = name(y, "products");
        List<String> inputs = new ArrayList<>();
        inputs.add(planes(node.inputs().get(0), x[1], y));
        inputs.add(kernels(node.inputs().get(1), y));
        if (node.inputs().size() > 2) {
            inputs.add(bias(node.inputs().get(2), out, y));
        }
        add(
                "Conv",
                products,
                inputs,
                Map.of(
                        "kernel_shape", new long[] {1, KERNEL},
                        "pads", new long[] {0, 1, 0, 1},
                        "group", new long[] {PLANES}));
        String flat = reshaped(products, name(y, "flat"), 0, PLANES, out * height * x[3]);
        add("MatMul", name(y, "mixed"), List.of(floats("output", OUTPUT, ROWS, PLANES), flat), Map.of());
        String rows = reshaped(name(y, "mixed"), name(y, "rows"), 0, ROWS, out, height, x[3]);
        add("Transpose", name(y, "ordered"), List.of(rows), Map.of("perm", new long[] {0, 2, 3, 1, 4}));
        reshaped(name(y, "ordered"), y, 0, out, x[2], x[3]);
    }

    /** Mixed rows of x, [N, 6C, H / 4, W]: one convolution within channels for each plane. */
    private String planes(String x, long channels, String y) {
        List<String> planes = new ArrayList<>();
        for (int p = 0; p < PLANES; p++) {
            float[] kernels = new float[Math.toIntExact(channels) * PLANES];
            for (int i = 0; i < kernels.length; i++) {
                kernels[i] = INPUT[p][i % PLANES];
            }
            String plane = name(y, "plane" + p);
            add(
                    "Conv",
                    plane,
                    List.of(x, floats("input" + p, kernels, channels, 1, PLANES, 1)),
                    Map.of(
                            "kernel_shape", new long[] {PLANES, 1},
                            "strides", new long[] {ROWS, 1},
                            "pads", new long[] {1, 0, 1, 0},
                            "group", new long[] {channels}));
            planes.add(plane);
        }
        add("Concat", name(y, "planes"), planes, Map.of("axis", new long[] {1}));
        return name(y, "planes");
    }

    /**
     * Mixed kernels, [6O, C, 1, 3]: for each plane one product of all kernels, which is fast enough to do whenever a session is
     * opened.
     */
    private String kernels(String weight, String y) {
        long[] w = shape(weight);
        String flat = reshaped(weight, name(y, "kernel-flat"), w[0], w[1], 1, KERNEL * KERNEL);
        List<String> kernels = new ArrayList<>();
        for (int p = 0; p < PLANES; p++) {
            String kernel = name(y, "kernel" + p);
            add("MatMul", kernel, List.of(flat, kernelMixture(p)), Map.of());
            kernels.add(kernel);
        }
        add("Concat", name(y, "kernel"), kernels, Map.of("axis", new long[] {0}));
        return name(y, "kernel");
    }

    /** A matrix [9, 3] that mixes the rows of a kernel for one plane. */
    private String kernelMixture(int plane) {
        float[] mixture = new float[KERNEL * KERNEL * KERNEL];
        for (int row = 0; row < KERNEL; row++) {
            for (int column = 0; column < KERNEL; column++) {
                mixture[(row * KERNEL + column) * KERNEL + column] = WEIGHT[plane][row];
            }
        }
        return floats("kernel" + plane, mixture, KERNEL * KERNEL, KERNEL);
    }

    /** The bias for plane 1, which has the weight 1 in each of the four rows; zeros for the others. */
    private String bias(String bias, long out, String y) {
        String before = floats("zeros" + out, new float[Math.toIntExact(out)], out);
        String after = floats(
                "zeros" + (PLANES - 2) * out, new float[Math.toIntExact((PLANES - 2) * out)], (PLANES - 2) * out);
        add("Concat", name(y, "bias"), List.of(before, bias, after), Map.of("axis", new long[] {0}));
        return name(y, "bias");
    }

    private long[] shape(String value) {
        return Objects.requireNonNull(graph.shapes().get(value));
    }

    private static String name(String y, String part) {
        return y + "/winograd/" + part;
    }

    private void add(String op, String output, List<String> inputs, Map<String, long[]> integers) {
        nodes.add(GraphFile.node(op, output, inputs, integers));
    }

    private String reshaped(String value, String to, long... shape) {
        add("Reshape", to, List.of(value, longs(shape)), Map.of());
        return to;
    }

    private String floats(String part, float[] values, long... shape) {
        String name = "winograd/" + part + "/" + shape[0];
        constants.computeIfAbsent(name, n -> {
            ByteBuffer raw = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            raw.asFloatBuffer().put(values);
            return GraphFile.constant(n, GraphFile.FLOAT, raw, shape);
        });
        return name;
    }

    private String longs(long... values) {
        String name = "winograd/shape" + Arrays.toString(values);
        constants.computeIfAbsent(name, n -> {
            ByteBuffer raw = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
            raw.asLongBuffer().put(values);
            return GraphFile.constant(n, GraphFile.INT64, raw, values.length);
        });
        return name;
    }
}
