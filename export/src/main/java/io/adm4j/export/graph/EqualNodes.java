package io.adm4j.export.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merges nodes that compute the same from the same values: rules of gradients do not know what others have computed already. */
public final class EqualNodes {
    private final Set<Value> outputs;
    private final Map<List<@Nullable Object>, Node> known = new HashMap<>();
    private final Map<Value, Value> merged = new HashMap<>();

    private EqualNodes(List<Value> outputs) {
        this.outputs = new HashSet<>(outputs);
    }

    /**
     * The nodes with the first of equal ones only. Nodes of the forward part stay as they are and are not merged with later ones,
     * so that {@link Recomputation} can compute them again.
     *
     * @param forward how many nodes are the forward part
     * @param outputs of the graph, which keep their names
     */
    public static List<Node> merged(List<Node> nodes, int forward, List<Value> outputs) {
        EqualNodes pass = new EqualNodes(outputs);
        List<Node> kept = new ArrayList<>(nodes.subList(0, forward));
        for (Node node : nodes.subList(forward, nodes.size())) {
            Node renamed = node.with(input -> pass.merged.getOrDefault(input, input), node.outputs());
            if (pass.isFirst(renamed)) {
                kept.add(renamed);
            }
        }
        return kept;
    }

    private boolean isFirst(Node node) {
        if (node.outputs().stream().anyMatch(outputs::contains)) {
            return true;
        }
        Node first = known.putIfAbsent(key(node), node);
        if (first == null) {
            return true;
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            merged.put(node.outputs().get(i), first.outputs().get(i));
        }
        return false;
    }

    /** What makes nodes equal. */
    private static List<@Nullable Object> key(Node node) {
        List<@Nullable Object> key = new ArrayList<>(
                Arrays.asList(node.op(), node.domain(), node.outputs().size()));
        key.addAll(node.inputs());
        node.attributes().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(attribute -> {
            key.add(attribute.getKey());
            Object value = attribute.getValue();
            // Only arrays differ from equal ones by themselves.
            key.add(value instanceof long[] numbers ? Arrays.toString(numbers) : value);
        });
        return key;
    }
}
