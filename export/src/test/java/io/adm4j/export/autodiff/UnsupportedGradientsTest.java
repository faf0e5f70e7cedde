package io.adm4j.export.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forms of operators without a rule are refused with the operator, the value and the reason; a wrong gradient is never given. */
class UnsupportedGradientsTest {
    private static final long N = GraphBuilder.BATCH;

    /** @param build the value to differentiate by {@code x} [N, 4, 6, 6] */
    record Case(String reason, Function<Value, Value> build) {
        @Override
        public String toString() {
            return reason;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "it has 3 inputs, not 2",
                        x -> x.graph().node("Max", "", List.of(x, x, x), Map.of(), x.type(), x.shape())),
                new Case("it is not over the last axis", x -> overAxis("Softmax", x, 1)),
                new Case("it is not over the last axis", x -> overAxis("LogSoftmax", x, 2)),
                new Case("its input 1 is not a constant", x -> {
                    GraphBuilder g = x.graph();
                    Value from = g.input("from", ElementType.INT64, 1);
                    return g.node(
                            "Slice", "", List.of(x, from, g.longs(3), g.longs(2)), Map.of(), x.type(), N, 4, 3, 6);
                }),
                new Case("it takes steps of [2]", x -> {
                    GraphBuilder g = x.graph();
                    List<Value> in = List.of(x, g.longs(0), g.longs(6), g.longs(2), g.longs(2));
                    return g.node("Slice", "", in, Map.of(), x.type(), N, 4, 3, 6);
                }),
                new Case("it takes steps of [-1]", x -> {
                    GraphBuilder g = x.graph();
                    List<Value> in = List.of(x, g.longs(4), g.longs(0), g.longs(2), g.longs(-1));
                    return g.node("Slice", "", in, Map.of(), x.type(), N, 4, 4, 6);
                }),
                new Case(
                        "its parts depend on the batch size and are not of equal length",
                        x -> x.graph().concat(0, x, x.graph().concat(0, x, x))),
                new Case("its strides differ between axes", x -> conv(x, attributes(new long[] {1, 2}, 1, Map.of()))),
                new Case(
                        "groups and dilations are not supported",
                        x -> conv(x, attributes(new long[] {1, 1}, 1, Map.of("group", 2L)))),
                new Case(
                        "groups and dilations are not supported",
                        x -> conv(x, attributes(new long[] {1, 1}, 1, Map.of("dilations", new long[] {1, 1})))),
                new Case(
                        "only queries, keys and values are supported",
                        x -> x.graph()
                                .node(
                                        "MultiHeadAttention",
                                        "com.microsoft",
                                        List.of(x, x),
                                        Map.of("num_heads", 2L),
                                        x.type(),
                                        x.shape())),
                new Case("only x·Wᵀ + b is supported", x -> gemm(x, Map.of("transB", 1L, "transA", 1L))),
                new Case("only x·Wᵀ + b is supported", x -> gemm(x, Map.of())),
                new Case("only x·Wᵀ + b is supported", x -> gemm(x, Map.of("transB", 1L, "alpha", 2f))),
                new Case("only x·Wᵀ + b is supported", x -> gemm(x, Map.of("transB", 1L, "beta", 2f))),
                new Case(
                        "it is not along axis 0",
                        x -> x.graph()
                                .node(
                                        "Gather",
                                        "",
                                        List.of(x, x.graph().longs(1, 0)),
                                        Map.of("axis", 1L),
                                        x.type(),
                                        N,
                                        2,
                                        6,
                                        6)),
                new Case("only 2x2 blocks are supported", x -> pool(x, 3, 2, 2)),
                new Case("only 2x2 blocks are supported", x -> pool(x, 2, 1, 5)),
                new Case("only nearest-neighbor doubling is supported", x -> x.upsampleBilinear(2)),
                new Case("only nearest-neighbor doubling is supported", x -> nearest(x, 18, 12)),
                new Case("only nearest-neighbor doubling is supported", x -> nearest(x, 12, 18)),
                new Case("its scale must be the constant 1 and its bias the constant 0", x -> normalized(x, 2, 0)),
                new Case("its scale must be the constant 1 and its bias the constant 0", x -> normalized(x, 1, 1)),
                new Case("its scale must be the constant 1 and its bias the constant 0", x -> {
                    GraphBuilder g = x.graph();
                    Value scale = g.input("scale", x.type(), 4);
                    return instanceNormalization(x, scale, g.filled(x.type(), 0, 4));
                }),
                new Case("its scale must be the constant 1 and its bias the constant 0", x -> {
                    GraphBuilder g = x.graph();
                    Value bias = g.input("bias", x.type(), 4);
                    return instanceNormalization(x, g.filled(x.type(), 1, 4), bias);
                }));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefused(Case c) {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N, 4, 6, 6);
        Value y = c.build().apply(x);
        UnsupportedOperationException e = assertThrows(
                UnsupportedOperationException.class, () -> new Gradients(graph, Kernels.STOCK).of(y, List.of(x)));
        Node made = graph.nodes().stream()
                .filter(n -> e.getMessage().contains("'" + n.output().name() + "'"))
                .findFirst()
                .orElseThrow();
        assertEquals(
                "There is no gradient of " + made.op() + " for '"
                        + made.output().name() + "': " + c.reason() + ".",
                e.getMessage());
    }

    /** Scale and bias of a normalization in double are constants too, and have no gradient of their own. */
    @Test
    void normalizationInDoubleIsDifferentiated() {
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT64)) {
            GraphBuilder graph = new GraphBuilder();
            Value x = graph.input("x", type, N, 2, 6);
            Value y = x.normalizeGroups(1e-5);
            assertEquals(
                    type,
                    new Gradients(graph, Kernels.STOCK).of(y, List.of(x)).get(0).type());
        }
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT64, N, 2, 6);
        Value y = instanceNormalization(x, graph.filled(x.type(), 3, 2), graph.filled(x.type(), 0, 2));
        assertThrows(UnsupportedOperationException.class, () -> new Gradients(graph, Kernels.STOCK).of(y, List.of(x)));
    }

    @Test
    void gradientsOfScaleOrBiasOfANormalizationAreRefused() {
        for (boolean scaled : new boolean[] {true, false}) {
            GraphBuilder graph = new GraphBuilder();
            Value x = graph.input("x", ElementType.FLOAT32, N, 2, 6);
            Value one = graph.filled(x.type(), 1, 2);
            Value zero = graph.filled(x.type(), 0, 2);
            Value y = instanceNormalization(x, one, zero);
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> new Gradients(graph, Kernels.STOCK).of(y, List.of(scaled ? one : zero)));
        }
    }

    @Test
    void aRuleThatGivesAnotherShapeOrTypeIsADefect() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N, 2);
        Value y = x.exp();
        Node node = graph.nodes().get(0);
        Map<Value, Value> gradients = new HashMap<>(Map.of(y, y));
        BackwardContext context = new BackwardContext(node, Kernels.STOCK, Processor.ANY, Set.of(x), gradients);
        Value flat = x.reshape(2 * N);
        String shape = assertThrows(IllegalStateException.class, () -> context.give(0, flat))
                .getMessage();
        assertTrue(shape.startsWith("The rule of Exp gave a gradient "), shape);
        Value wide = x.cast(ElementType.FLOAT64);
        assertThrows(IllegalStateException.class, () -> context.give(0, wide));
        assertNull(gradients.get(x));
        context.give(0, y);
        assertEquals(y, gradients.get(x));
    }

    @Test
    void operatorsAreNamedWithTheirDomain() {
        Set<String> operators = GradientRules.operators();
        assertTrue(operators.contains("Conv") && operators.contains("com.microsoft.FusedMatMul"));
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N);
        Value y = graph.node("Nothing", "test.domain", List.of(x), Map.of(), x.type(), N);
        UnsupportedOperationException e = assertThrows(
                UnsupportedOperationException.class, () -> new Gradients(graph, Kernels.STOCK).of(y, List.of(x)));
        assertEquals(
                "There is no gradient rule for the operator test.domain.Nothing, which computes '" + y.name() + "'.",
                e.getMessage());
    }

    @Test
    void onlyFloatingPointTypesCarryGradients() {
        for (ElementType type : ElementType.values()) {
            boolean real = Set.of(ElementType.FLOAT16, ElementType.FLOAT32, ElementType.FLOAT64)
                    .contains(type);
            assertEquals(real, Gradients.isReal(type), type.toString());
        }
    }

    @Test
    void aSeedOfAnotherTypeIsRefused() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N);
        Value y = x.exp();
        Value seed = graph.input("seed", ElementType.FLOAT64, N);
        assertThrows(IllegalArgumentException.class, () -> new Gradients(graph, Kernels.STOCK).of(y, seed, List.of(x)));
        assertFalse(new Gradients(graph, Kernels.STOCK).of(y, y, List.of(x)).isEmpty());
    }

    private static Value overAxis(String op, Value x, long axis) {
        return x.graph().node(op, "", List.of(x), Map.of("axis", axis), x.type(), x.shape());
    }

    private static Map<String, Object> attributes(long[] strides, long padding, Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(more);
        all.put("kernel_shape", new long[] {3, 3});
        all.put("strides", strides);
        all.put("pads", new long[] {padding, padding, padding, padding});
        return all;
    }

    private static Value conv(Value x, Map<String, Object> attributes) {
        Value weight = x.graph().input("weight", x.type(), 4, 4, 3, 3);
        return x.graph().node("Conv", "", List.of(x, weight), attributes, x.type(), N, 4, 6, 6);
    }

    private static Value gemm(Value x, Map<String, Object> attributes) {
        Value rows = x.reshape(N, 144);
        Value weight = x.graph().input("weight", x.type(), 144, 144);
        return x.graph().node("Gemm", "", List.of(rows, weight), attributes, x.type(), N, 144);
    }

    private static Value pool(Value x, long kernel, long stride, long size) {
        Map<String, Object> attributes =
                Map.of("kernel_shape", new long[] {kernel, kernel}, "strides", new long[] {stride, stride});
        return x.graph().node("AveragePool", "", List.of(x), attributes, x.type(), N, 4, size, size);
    }

    private static Value nearest(Value x, long height, long width) {
        Value scales = x.graph().constant(Tensor.of(new float[] {1, 1, height / 6f, width / 6f}, 4));
        return x.graph()
                .node(
                        "Resize",
                        "",
                        Arrays.asList(x, null, scales),
                        Map.of("mode", "nearest"),
                        x.type(),
                        N,
                        4,
                        height,
                        width);
    }

    private static Value normalized(Value x, double scale, double bias) {
        GraphBuilder g = x.graph();
        return instanceNormalization(x, g.filled(x.type(), scale, 4), g.filled(x.type(), bias, 4));
    }

    private static Value instanceNormalization(Value x, Value scale, Value bias) {
        return x.graph()
                .node(
                        "InstanceNormalization",
                        "",
                        List.of(x, scale, bias),
                        Map.of("epsilon", 1e-5f),
                        x.type(),
                        x.shape());
    }
}
