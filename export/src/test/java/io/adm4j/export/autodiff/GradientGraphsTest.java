package io.adm4j.export.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients use the operators that measured fastest, and none that they do not need: what values alone would not show. */
class GradientGraphsTest {
    private static final long N = GraphBuilder.BATCH;

    /** The weight gradient's operators for each form that the shape of the convolution chooses. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // kernel, stride, padding, size
                "1|1|0|12|Concat 1, FusedMatMul 1, MatMul 1",
                "1|1|0|3|Concat 1, FusedMatMul 1, MatMul 1",
                "3|1|1|12|Concat 5, FusedMatMul 3, MatMul 3, Mul 2, Pad 4, Transpose 1",
                "3|1|0|16|Concat 5, FusedMatMul 3, MatMul 3, Pad 6, Transpose 1",
                "1|1|1|11|Concat 1, FusedMatMul 1, MatMul 1, Pad 2",
                "3|1|1|5|Concat 1, FusedMatMul 9, Pad 1, Slice 9, Transpose 3",
                "3|1|0|6|Concat 1, FusedMatMul 9, Slice 9, Transpose 3",
                "3|2|1|32|Concat 1, FusedMatMul 9, Pad 1, Slice 9, Transpose 3",
                "1|2|0|8|FusedMatMul 1, Slice 1, Transpose 2",
            })
    void convolutionWeights(int kernel, int stride, int padding, int size, String operators) {
        assertEquals(
                operators,
                added(
                        v -> v.get(0).conv(v.get(1), null, stride, padding),
                        List.of(1),
                        new long[] {N, 2, size, size},
                        new long[] {3, 2, kernel, kernel}));
    }

    /** The input's gradient is a convolution where that is possible, of the weights as they are for a 1x1 kernel. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1|1|0|Conv 1, Transpose 1",
                "3|1|1|Conv 1, Slice 1, Transpose 1",
                "3|1|2|Conv 1, Slice 1, Transpose 1",
                "3|1|3|ConvTranspose 1",
                "3|2|1|ConvTranspose 1",
            })
    void convolutionInput(int kernel, int stride, int padding, String operators) {
        assertEquals(
                operators,
                added(
                        v -> v.get(0).conv(v.get(1), null, stride, padding),
                        List.of(0),
                        new long[] {N, 2, 6, 6},
                        new long[] {3, 2, kernel, kernel}));
    }

    /** A batch times one matrix: the matrix's gradient is one long product in place of many and their sum. */
    @Test
    void matrixBesideABatch() {
        Function<List<Value>, Value> product = v -> v.get(0).matmul(v.get(1));
        assertEquals("FusedMatMul 1", added(product, List.of(1), new long[] {N, 2, 3}, new long[] {3, 4}));
        assertEquals("FusedMatMul 1", added(product, List.of(0), new long[] {N, 2, 3}, new long[] {3, 4}));
        assertEquals("FusedMatMul 1, ReduceSum 1", added(product, List.of(0), new long[] {2, 3}, new long[] {N, 3, 4}));
        assertEquals("FusedMatMul 1", added(product, List.of(1), new long[] {N, 3}, new long[] {3, 4}));
    }

    @Test
    void gradientsOfALinearLayerAreThoseAskedFor() {
        Function<List<Value>, Value> linear = v -> v.get(0).linear(v.get(1), v.get(2));
        long[][] shapes = {{N, 3}, {2, 3}, {2}};
        assertEquals("Gemm 1", added(linear, List.of(0), shapes));
        assertEquals("Gemm 1", added(linear, List.of(1), shapes));
        assertEquals("ReduceSum 1", added(linear, List.of(2), shapes));
    }

    @Test
    void arithmeticGivesOnlyTheGradientsAskedFor() {
        long[][] shapes = {{N, 3}, {N, 3}};
        assertEquals("Neg 1", added(v -> v.get(0).sub(v.get(1)), List.of(1), shapes));
        assertEquals("", added(v -> v.get(0).sub(v.get(1)), List.of(0), shapes));
        assertEquals("Mul 1", added(v -> v.get(0).mul(v.get(1)), List.of(0), shapes));
        assertEquals("Mul 1", added(v -> v.get(0).mul(v.get(1)), List.of(1), shapes));
        assertEquals("Div 1", added(v -> v.get(0).div(v.get(1)), List.of(0), shapes));
        assertEquals("Where 1", added(v -> v.get(1).greater(v.get(1)).where(v.get(0), v.get(1)), List.of(0), shapes));
    }

    /** The means over groups follow from sums over channels, not from another pass over all elements. */
    @Test
    void normalizationBesideAFactorForEachChannel() {
        Function<List<Value>, Value> normalization =
                v -> v.get(0).reshape(N, 2, 8).normalizeGroups(1e-5);
        long[][] shapes = {{N, 4, 2, 2}, {N, 4, 1, 1}};
        assertEquals("Add 2, Div 1, Mul 6, ReduceMean 5, Sqrt 1, Sub 3", added(normalization, List.of(0), shapes));
        assertEquals(
                "Add 3, Div 2, Mul 12, ReduceMean 3, ReduceSum 4, Sqrt 1, Sub 2",
                added(v -> normalization.apply(v).reshape(N, 4, 2, 2).mul(v.get(1)), List.of(0), shapes));
    }

    /** A split where every part needs its gradient, else a range for each that does. */
    @Test
    void concatenation() {
        Function<List<Value>, Value> joined = v -> v.get(0).graph().concat(1, v.get(0), v.get(1), v.get(2));
        long[][] shapes = {{N, 2}, {N, 3}, {N, 4}};
        assertEquals("Split 1", added(joined, List.of(0, 1, 2), shapes));
        assertEquals("Slice 1", added(joined, List.of(1), shapes));
        assertEquals("Slice 2", added(joined, List.of(0, 2), shapes));
    }

    @Test
    void poolingOfEvenImagesNeedsNoPadding() {
        assertEquals("Mul 1, Resize 1", added(v -> v.get(0).averagePool2(), List.of(0), new long[] {N, 1, 4, 6}));
        assertEquals(
                "Mul 1, Pad 1, Resize 1", added(v -> v.get(0).averagePool2(), List.of(0), new long[] {N, 1, 5, 6}));
        assertEquals(
                "Mul 1, Pad 1, Resize 1", added(v -> v.get(0).averagePool2(), List.of(0), new long[] {N, 1, 4, 7}));
    }

    /** The size of a batch is read at run time only where a mean runs over it. */
    @Test
    void means() {
        assertEquals(
                "Div 1, Expand 1, Reshape 1, Shape 1",
                withShapes(v -> v.get(0).reduceMean(false, 1), new long[] {N, 3, 2}));
        assertEquals("Div 1, Expand 1, Shape 1", withShapes(v -> v.get(0).reduceMean(true, 1), new long[] {N, 3, 2}));
        assertEquals(
                "Cast 1, Div 1, Expand 1, Mul 1, Reshape 1, Shape 1, Size 1",
                withShapes(v -> v.get(0).reduceMean(false, 0), new long[] {N, 3, 2}));
    }

    /** SiLU has alpha 1, by which nothing need be multiplied. */
    @Test
    void activations() {
        assertEquals("Add 1, Mul 2, Sigmoid 1, Sub 1", added(v -> v.get(0).silu(), List.of(0), new long[] {N, 3}));
        Function<List<Value>, Value> gelu = v -> v.get(0)
                .graph()
                .node(
                        "QuickGelu",
                        Node.MICROSOFT,
                        v,
                        Map.of("alpha", 1.7f),
                        v.get(0).type(),
                        N,
                        3);
        assertEquals("Add 1, Mul 4, Sigmoid 1, Sub 1", added(gelu, List.of(0), new long[] {N, 3}));
    }

    /** Operators and their numbers that the gradients of a value add, but for those that only change or read shapes. */
    private static String added(Function<List<Value>, Value> network, List<Integer> wrt, long[]... shapes) {
        return count(network, wrt, List.of("Reshape", "Shape", "Expand"), shapes);
    }

    private static String withShapes(Function<List<Value>, Value> network, long[]... shapes) {
        return count(network, List.of(0), List.of(), shapes);
    }

    private static String count(
            Function<List<Value>, Value> network, List<Integer> wrt, List<String> without, long[]... shapes) {
        GraphBuilder graph = new GraphBuilder();
        List<Value> inputs = new ArrayList<>();
        Arrays.stream(shapes).forEach(s -> inputs.add(graph.input("x" + inputs.size(), ElementType.FLOAT32, s)));
        Value y = network.apply(inputs);
        Value seed = graph.input("seed", y.type(), y.shape());
        int before = graph.nodes().size();
        new Gradients(graph, Kernels.STOCK)
                .of(y, seed, wrt.stream().map(inputs::get).toList());
        Map<String, Integer> counts = new TreeMap<>();
        graph.nodes().subList(before, graph.nodes().size()).stream()
                .map(Node::op)
                .filter(op -> !without.contains(op))
                .forEach(op -> counts.merge(op, 1, Integer::sum));
        return String.join(
                ", ",
                counts.entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .toList());
    }
}
