package io.adm4j.export.graph;

import io.adm4j.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites convolutions to ONNX Runtime's blocked kernels for x86-64 processors, in whose layout a block of channels is
 * adjacent in memory. The runtime does the same by itself where weights are constants; in a training graph they are
 * inputs, so their reordering is part of the graph here.
 *
 * <p>The graph does not depend on the length of a block, which differs between processors: the runtime's own operator
 * reorders activations, and weights too, first along their input channels, then along their output channels.
 */
final class BlockedConvolutions {
    static final String DOMAIN = "com.microsoft.nchwc";

    /** A multiple of every processor's block. */
    private static final long BLOCK = 16;

    /** Weights for each pixel of an image from which reordering them takes longer than the faster kernel saves. */
    private static final long MOST_WEIGHTS_PER_PIXEL = 512;

    private final GraphBuilder graph;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<Value, Value> blocked = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();

    private BlockedConvolutions(GraphBuilder graph) {
        this.graph = graph;
    }

    /**
     * The nodes with convolutions replaced where that pays; what the replaced ones needed alone is still there.
     *
     * @param graph modified: gets constants
     */
    static List<Node> in(GraphBuilder graph, List<Node> nodes) {
        BlockedConvolutions pass = new BlockedConvolutions(graph);
        nodes.forEach(n -> n.outputs().forEach(o -> pass.producers.put(o.name(), n)));
        nodes.forEach(pass::take);
        return pass.nodes;
    }

    private void take(Node node) {
        if (node.op().equals("Conv") && node.domain().isEmpty() && pays(node)) {
            replace(node);
        } else {
            nodes.add(node);
        }
    }

    private boolean pays(Node conv) {
        Value weight = conv.input(1);
        long out = weight.dim(0);
        long in = weight.dim(1);
        Value y = conv.output();
        return weight.type() == ElementType.FLOAT32
                && conv.integer("group", 1) == 1
                && out % BLOCK == 0
                && in % BLOCK == 0
                && weight.dim(2) * weight.dim(3) > 1
                && (rotatedFrom(weight) != null || out * in <= MOST_WEIGHTS_PER_PIXEL * y.dim(2) * y.dim(3));
    }

    private void replace(Node conv) {
        Value weight = conv.input(1);
        Value y = conv.output();
        List<Value> inputs = new ArrayList<>(conv.inputs());
        inputs.set(0, blocked.computeIfAbsent(conv.input(0), x -> reorder(x, x.shape(), false)));
        inputs.set(1, blockedWeights(weight));
        Value result = node("Conv", DOMAIN, inputs, conv.attributes(), y.shape());
        nodes.add(new Node("ReorderOutput", DOMAIN, List.of(result), List.of(y), Map.of("channels", y.dim(1))));
    }

    /** [out/B, in/B, kh, kw, B (in), B (out)] in memory. */
    private Value blockedWeights(Value weight) {
        long out = weight.dim(0);
        long in = weight.dim(1);
        long kernel = weight.dim(2) * weight.dim(3);
        Value source = rotatedFrom(weight);
        Value byInput = source == null
                ? reorder(weight, weight.shape(), false)
                : reorder(rotated(source), new long[] {out, in, kernel, 1}, true);
        return reshape(
                reorder(reshape(byInput, 1, out, 1, in * kernel), new long[] {1, out, 1, in * kernel}, false),
                weight.shape());
    }

    /**
     * Weights with channels swapped and the kernel rotated, channels last: whole rows move, not single elements.
     *
     * @param source [in, out, kh, kw]
     * @return [out, kh·kw, 1, in]
     */
    private Value rotated(Value source) {
        long in = source.dim(0);
        long out = source.dim(1);
        long kernel = source.dim(2) * source.dim(3);
        Value matrix = reshape(source, in, out * kernel);
        Value last = node("Transpose", "", List.of(matrix), Map.of("perm", new long[] {1, 0}), out * kernel, in);
        Value rows = reshape(last, out, kernel, 1, in);
        List<Value> reversed =
                List.of(rows, graph.longs(-1), graph.longs(Long.MIN_VALUE + 1), graph.longs(1), graph.longs(-1));
        return node("Slice", "", reversed, Map.of(), rows.shape());
    }

    /** The weights of which these are the rotated ones with channels swapped; null where they are none. */
    private @Nullable Value rotatedFrom(Value weight) {
        Node slice = producers.get(weight.name());
        if (slice == null
                || !slice.op().equals("Slice")
                || !Arrays.equals(slice.input(0).shape(), weight.shape())) {
            return null;
        }
        Node transpose = producers.get(slice.input(0).name());
        boolean swaps = transpose != null
                && transpose.op().equals("Transpose")
                && Arrays.equals(transpose.integers("perm"), new long[] {1, 0, 2, 3});
        return swaps ? Objects.requireNonNull(transpose).input(0) : null;
    }

    private Value reorder(Value v, long[] shape, boolean channelsLast) {
        return node("ReorderInput", DOMAIN, List.of(v), Map.of("channels_last", channelsLast ? 1L : 0L), shape);
    }

    private Value reshape(Value v, long... shape) {
        return node("Reshape", "", List.of(v, graph.longs(shape)), Map.of(), shape);
    }

    private Value node(String op, String domain, List<Value> inputs, Map<String, Object> attributes, long... shape) {
        Value out = graph.fresh("blocked", ElementType.FLOAT32, shape);
        nodes.add(new Node(op, domain, inputs, List.of(out), attributes));
        return out;
    }
}
