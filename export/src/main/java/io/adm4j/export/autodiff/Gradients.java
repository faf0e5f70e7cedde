package io.adm4j.export.autodiff;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reverse-mode differentiation of a graph: appends to the same graph the nodes that compute gradients.
 *
 * <p>Only nodes on a path from the values differentiated by to the value differentiated are walked. Gradients flow through
 * floating-point values only, and not through {@link Value#stopGradient()}.
 */
public final class Gradients {
    private final GraphBuilder graph;
    private final Kernels kernels;
    private final Processor processor;

    /**
     * @param kernels the operators of the runtime that will run the graph
     */
    public Gradients(GraphBuilder graph, Kernels kernels) {
        this(graph, kernels, Processor.ANY);
    }

    /**
     * As {@link #Gradients(GraphBuilder, Kernels)}, in the form that is fast on one kind of processor.
     *
     * @param processor where the graph will run; one for x86-64 gives the same gradients to rounding elsewhere
     */
    public Gradients(GraphBuilder graph, Kernels kernels, Processor processor) {
        this.graph = graph;
        this.kernels = kernels;
        this.processor = processor;
    }

    /**
     * Gradients of the sum of all elements of a value.
     *
     * @param y any floating-point value of the graph
     * @param wrt the values to differentiate by
     * @return d(sum y)/dv for each v of {@code wrt}, in the same order, of the shape of v
     * @throws IllegalArgumentException if y does not depend on one of {@code wrt}
     * @throws UnsupportedOperationException if an operator between them has no rule
     */
    public List<Value> of(Value y, List<Value> wrt) {
        return of(y, y.like(1).expandLike(y), wrt);
    }

    /**
     * Gradients of the inner product of a value with a seed.
     *
     * @param seed of the shape and type of {@code y}
     * @return d(sum seed·y)/dv for each v of {@code wrt}, in the same order
     * @throws IllegalArgumentException if y does not depend on one of {@code wrt}, or the seed does not fit
     * @throws UnsupportedOperationException if an operator between them has no rule
     */
    public List<Value> of(Value y, Value seed, List<Value> wrt) {
        if (!Arrays.equals(seed.shape(), y.shape()) || seed.type() != y.type()) {
            throw new IllegalArgumentException(
                    "The seed " + seed + " of " + seed.type() + " does not fit " + y + " of " + y.type() + ".");
        }
        List<Node> nodes = List.copyOf(graph.nodes());
        Set<Value> live = reachedFrom(wrt, nodes);
        Map<Value, Value> gradients = new HashMap<>();
        if (live.contains(y)) {
            gradients.put(y, seed);
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            boolean reached = node.outputs().stream().anyMatch(gradients::containsKey);
            boolean asked = node.inputs().stream().anyMatch(v -> v != null && live.contains(v));
            if (reached && asked && !graph.stopsGradient(node.output())) {
                GradientRules.of(node).apply(new BackwardContext(node, kernels, processor, live, gradients));
            }
        }
        return wrt.stream().map(v -> found(v, y, gradients)).toList();
    }

    /** Values that depend on one of {@code start}, these included, in a way that has a derivative. */
    private Set<Value> reachedFrom(List<Value> start, List<Node> nodes) {
        Set<Value> live = new HashSet<>(start);
        for (Node node : nodes) {
            if (node.inputs().stream().anyMatch(v -> v != null && live.contains(v))) {
                node.outputs().stream()
                        .filter(v -> isReal(v.type()) && !graph.stopsGradient(v))
                        .forEach(live::add);
            }
        }
        return live;
    }

    private static Value found(Value v, Value y, Map<Value, Value> gradients) {
        Value gradient = gradients.get(v);
        if (gradient == null) {
            throw new IllegalArgumentException("'" + y.name() + "' does not depend on '" + v.name()
                    + "' in a way that has a derivative: leave that value out.");
        }
        return gradient;
    }

    static boolean isReal(ElementType type) {
        return type == ElementType.FLOAT32 || type == ElementType.FLOAT64 || type == ElementType.FLOAT16;
    }
}
