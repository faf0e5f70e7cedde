package io.adm4j.export.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rewrites the convolutions of a graph to {@link WinogradTiles} where that pays. */
final class TiledConvolutions {
    private final GraphBuilder graph;
    private final List<Node> nodes = new ArrayList<>();

    private TiledConvolutions(GraphBuilder graph) {
        this.graph = graph;
    }

    /**
     * The nodes with convolutions replaced.
     *
     * @param graph modified: gets values
     */
    static List<Node> in(GraphBuilder graph, List<Node> nodes) {
        TiledConvolutions pass = new TiledConvolutions(graph);
        nodes.forEach(pass::take);
        return pass.nodes;
    }

    private void take(Node node) {
        if (node.op().equals("Conv")
                && node.domain().isEmpty()
                && node.integer("group", 1) == 1
                && !node.attributes().containsKey("dilations")
                && WinogradTiles.pays(node.input(0), node.input(1), same(node, "strides"), same(node, "pads"))) {
            replace(node);
        } else {
            nodes.add(node);
        }
    }

    private void replace(Node conv) {
        int before = graph.nodes().size();
        new WinogradTiles(conv.input(0)).convolved(conv.input(1), conv.inputs().size() > 2 ? conv.input(2) : null);
        List<Node> added = graph.nodes().subList(before, graph.nodes().size());
        Node last = added.get(added.size() - 1);
        nodes.addAll(added.subList(0, added.size() - 1));
        nodes.add(new Node(last.op(), last.domain(), last.inputs(), conv.outputs(), last.attributes()));
    }

    /** What an attribute has for all axes, or -1 where they differ. */
    private static long same(Node node, String attribute) {
        long[] values = node.integers(attribute);
        return Arrays.stream(values).allMatch(v -> v == values[0]) ? values[0] : -1;
    }
}
