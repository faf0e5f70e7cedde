package io.adm4j.export.graph;

import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Lets the backward part of a graph compute values of the forward part anew, from few that are kept, instead of keeping all
 * of them until they are needed.
 *
 * <p>The same operators on the same values give the same numbers. A runtime that merges equal nodes undoes it.
 */
public final class Recomputation {
    /**
     * Operators that cost little beside the convolutions. Normalization would save a tenth of the memory of 25.7 million parameters, for a
     * fortieth of the time.
     */
    private static final Set<String> CHEAP =
            Set.of("QuickGelu", "Mul", "Add", "Concat", "Resize", "AveragePool", "Reshape", "Split", "Cast");

    /** Values smaller than one of so many times their elements do not make an operator costly to feed. */
    private static final long SMALL = 8;

    private final GraphBuilder graph;
    private final Map<Value, Node> forward = new HashMap<>();
    private final Map<Value, Value> again = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();

    private Recomputation(GraphBuilder graph) {
        this.graph = graph;
    }

    /**
     * The nodes of a graph whose backward part computes again what is cheap: activation, scaling and joining of images.
     *
     * @param graph modified: gets values
     * @param nodes of the graph
     * @param forwardNodes how many of the nodes are its forward part
     */
    public static List<Node> ofCheapValues(GraphBuilder graph, List<Node> nodes, int forwardNodes) {
        return of(graph, nodes, forwardNodes, Recomputation::isCheap);
    }

    /**
     * As {@link #ofCheapValues}, and of the blocks of a network only the outputs are kept ("Training Deep Nets with Sublinear
     * Memory Cost", Chen et al. 2016).
     */
    public static List<Node> ofBlocks(GraphBuilder graph, List<Node> nodes, int forwardNodes) {
        return of(graph, nodes, forwardNodes, node -> isCheap(node) || graph.isWithinBlock(node.output()));
    }

    private static List<Node> of(GraphBuilder graph, List<Node> nodes, int forwardNodes, Predicate<Node> again) {
        Recomputation pass = new Recomputation(graph);
        for (Node node : nodes.subList(0, forwardNodes)) {
            pass.nodes.add(node);
            if (again.test(node)) {
                node.outputs().forEach(v -> pass.forward.put(v, node));
            }
        }
        nodes.subList(forwardNodes, nodes.size()).forEach(pass::takeBackward);
        return pass.nodes;
    }

    private void takeBackward(Node node) {
        nodes.add(node.with(this::recomputed, node.outputs()));
    }

    private Value recomputed(Value value) {
        Node node = forward.get(value);
        if (node == null) {
            return value;
        }
        Value known = again.get(value);
        if (known == null) {
            List<Value> outputs = node.outputs().stream()
                    .map(v -> graph.fresh("again", v.type(), v.shape()))
                    .toList();
            Node copy = node.with(this::recomputed, outputs);
            for (int i = 0; i < outputs.size(); i++) {
                again.put(node.outputs().get(i), outputs.get(i));
            }
            nodes.add(copy);
            return outputs.get(node.outputs().indexOf(value));
        }
        return known;
    }

    /** Whether a node is a cheap function of one large value; a sum of two would have to keep both. */
    private static boolean isCheap(Node node) {
        if (!CHEAP.contains(node.op()) || node.output().rank() < 3) {
            return false;
        }
        long large = node.inputs().stream()
                .filter(v -> v != null && elements(v) * SMALL > elements(node.output()))
                .count();
        return large <= 1 || node.op().equals("Concat");
    }

    /** For one image. */
    private static long elements(Value value) {
        return Tensor.elements(Arrays.stream(value.shape())
                .map(d -> d == GraphBuilder.ANY_LENGTH ? 1 : Math.abs(d))
                .toArray());
    }
}
