package io.adm4j.export.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.adm4j.tensor.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;

class EqualNodesTest {
    private final GraphBuilder graph = new GraphBuilder();
    private final Value x = graph.input("x", ElementType.FLOAT32, 2, 3);

    @Test
    void theFirstOfEqualNodesStaysAndLaterOnesTakeItsValues() {
        Value sum = x.mul(2).reduceSum(true, 1);
        Value same = x.mul(2).reduceSum(true, 1);
        Value y = sum.add(same);

        List<Node> nodes = EqualNodes.merged(graph.nodes(), 0, List.of(y));

        assertEquals(List.of("Mul", "ReduceSum", "Add"), operators(nodes));
        assertSame(sum, nodes.get(2).input(0));
        assertSame(sum, nodes.get(2).input(1));
    }

    @Test
    void otherAttributesInputsAndOrdersMakeOtherNodes() {
        Value y = x.transpose(1, 0).matmul(x, false, false, 2);
        Value z = x.transpose(1, 0).matmul(x, false, false, 3);
        Value u = x.sub(x.exp()).add(x.exp().sub(x));

        List<Node> nodes = EqualNodes.merged(graph.nodes(), 0, List.of(y, z, u));

        assertEquals(List.of("Transpose", "FusedMatMul", "FusedMatMul", "Exp", "Sub", "Sub", "Add"), operators(nodes));
    }

    @Test
    void theForwardPartAndOutputsStay() {
        x.exp();
        x.exp();
        int forward = graph.nodes().size();
        Value kept = x.exp();
        Value output = x.exp();

        List<Node> nodes = EqualNodes.merged(graph.nodes(), forward, List.of(output));

        assertEquals(List.of("Exp", "Exp", "Exp", "Exp"), operators(nodes));
        assertSame(kept, nodes.get(2).output());
        assertSame(output, nodes.get(3).output());
    }

    private static List<String> operators(List<Node> nodes) {
        return nodes.stream().map(Node::op).toList();
    }
}
