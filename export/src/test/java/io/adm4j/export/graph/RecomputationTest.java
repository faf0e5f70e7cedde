package io.adm4j.export.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.ElementType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A block of a convolution, a normalization and a convolution, and a backward part that takes all that is in it. */
class RecomputationTest {
    private final GraphBuilder graph = new GraphBuilder();
    private Value first;
    private Value normalized;
    private Value output;
    private Value backward;
    private int forwardNodes;

    @BeforeEach
    void build() {
        Value x = graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, 4, 8, 8);
        Value weight = graph.input("weight", ElementType.FLOAT32, 4, 4, 3, 3);
        output = graph.block(() -> {
            first = x.conv(weight, null, 1, 1);
            normalized = first.mul(2);
            return normalized.conv(weight, null, 1, 1).add(x);
        });
        forwardNodes = graph.nodes().size();
        backward = graph.concat(1, first, normalized, output);
    }

    @Test
    void onlyCheapValuesAreComputedAgain() {
        Set<Value> taken = taken(Recomputation.ofCheapValues(graph, graph.nodes(), forwardNodes));

        assertTrue(taken.contains(first) && taken.contains(output));
        assertFalse(taken.contains(normalized));
    }

    @Test
    void ofABlockOnlyTheOutputIsKept() {
        List<Node> nodes = Recomputation.ofBlocks(graph, graph.nodes(), forwardNodes);
        Set<Value> taken = taken(nodes);

        assertTrue(taken.contains(output));
        assertFalse(taken.contains(first) || taken.contains(normalized));
        // The last convolution is needed for the output alone.
        assertEquals(3, nodes.stream().filter(n -> n.op().equals("Conv")).count());
        assertEquals(forwardNodes + 3, nodes.size());
        assertEquals(backward, nodes.get(nodes.size() - 1).output());
    }

    /** The values that nodes of the backward part take from the forward part. */
    private Set<Value> taken(List<Node> nodes) {
        Set<Value> made = new HashSet<>();
        nodes.subList(0, forwardNodes).forEach(n -> made.addAll(n.outputs()));
        Set<Value> taken = new HashSet<>();
        nodes.subList(forwardNodes, nodes.size()).forEach(n -> taken.addAll(n.inputs()));
        taken.retainAll(made);
        return taken;
    }
}
