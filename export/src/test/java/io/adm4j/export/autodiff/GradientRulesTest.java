package io.adm4j.export.autodiff;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.autodiff.GradientCheck.Input;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule on its own against central differences, in double where ONNX Runtime has the operator in double. */
class GradientRulesTest {
    private static final long N = GraphBuilder.BATCH;

    /**
     * @param operator the operator whose rule is meant, as registered
     */
    record Case(
            String operator,
            String what,
            GradientCheck precision,
            List<Input> inputs,
            Function<List<Value>, Value> network) {
        @Override
        public String toString() {
            return operator + " " + what;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithCentralDifferences(Case c) {
        GraphBuilder graph = c.precision().check(c.inputs(), c.network());
        assertTrue(
                graph.nodes().stream().anyMatch(n -> c.operator().equals(GradientRules.name(n))),
                "the network of this case has no " + c.operator());
    }

    @Test
    void everyRuleHasACase() {
        List<String> tested = cases().map(Case::operator).distinct().toList();
        List<String> missing = GradientRules.operators().stream()
                .filter(o -> !tested.contains(o))
                .toList();
        assertTrue(missing.isEmpty(), "no case for " + missing);
    }

    static Stream<Case> cases() {
        List<Case> all = new ArrayList<>();
        arithmetic(all);
        functions(all);
        shapes(all);
        reductions(all);
        matrices(all);
        convolutions(all);
        images(all);
        return all.stream();
    }

    private static void arithmetic(List<Case> all) {
        List<List<Input>> pairs = List.of(
                List.of(signed(N, 3), signed(N, 3)),
                List.of(signed(N, 3, 2), signed(3, 1)),
                List.of(signed(N, 1, 2), signed(N, 4, 1)),
                List.of(signed(3), signed(N, 2, 3)),
                List.of(signed(), signed(N, 2)));
        for (List<Input> p : pairs) {
            String what = "of " + describe(p);
            all.add(inDouble("Add", what, p, v -> v.get(0).add(v.get(1))));
            all.add(inDouble("Sub", what, p, v -> v.get(0).sub(v.get(1))));
            all.add(inDouble("Mul", what, p, v -> v.get(0).mul(v.get(1))));
            all.add(inDouble("Div", what, p, v -> v.get(0).div(v.get(1))));
            all.add(inDouble(
                    "Where", what, p, v -> v.get(1).greater(v.get(1).like(0)).where(v.get(0), v.get(1))));
            all.add(inDouble(
                    "Max",
                    what,
                    p,
                    v -> v.get(0)
                            .graph()
                            .node(
                                    "Max",
                                    "",
                                    v,
                                    Map.of(),
                                    v.get(0).type(),
                                    v.get(0).add(v.get(1)).shape())));
        }
        List<Input> one = List.of(signed(N, 4));
        all.add(inDouble("Mul", "by itself", one, v -> v.get(0).mul(v.get(0))));
        all.add(inDouble("Max", "with a constant", one, v -> v.get(0).atLeast(0.2)));
        all.add(inDouble("Neg", "", one, v -> v.get(0).neg()));
        all.add(inDouble("Reciprocal", "", one, v -> v.get(0).reciprocal()));
        all.add(inDouble("Identity", "", one, v -> v.get(0).graph().named("copy", v.get(0))));
        all.add(new Case(
                "Cast",
                "from float32 to float64",
                GradientCheck.inFloat(),
                one,
                v -> v.get(0).cast(ElementType.FLOAT64)));
    }

    private static void functions(List<Case> all) {
        List<Input> x = List.of(signed(N, 2, 3));
        List<Input> positive = List.of(new Input(false, N, 2, 3));
        all.add(inDouble("Exp", "", x, v -> v.get(0).exp()));
        all.add(inDouble("Log", "", positive, v -> v.get(0).log()));
        all.add(inDouble("Sqrt", "", positive, v -> v.get(0).sqrt()));
        all.add(inFloat("Sin", "", x, v -> v.get(0).sin()));
        all.add(inFloat("Cos", "", x, v -> v.get(0).cos()));
        all.add(inDouble("Tanh", "", x, v -> v.get(0).tanh()));
        all.add(inDouble("Sigmoid", "", x, v -> v.get(0).sigmoid()));
        all.add(inDouble("Relu", "", x, v -> v.get(0).relu()));
        all.add(inFloat(
                "com.microsoft.QuickGelu", "with alpha 1", x, v -> v.get(0).silu()));
        all.add(inFloat(
                "com.microsoft.QuickGelu",
                "with alpha 1.7",
                x,
                v -> v.get(0)
                        .graph()
                        .node(
                                "QuickGelu",
                                "com.microsoft",
                                v,
                                Map.of("alpha", 1.7f),
                                v.get(0).type(),
                                v.get(0).shape())));
        all.add(inDouble("Softmax", "", x, v -> v.get(0).softmax()));
        all.add(inDouble("LogSoftmax", "", x, v -> v.get(0).logSoftmax()));
        all.add(inDouble(
                "Softmax",
                "over the last axis by its number",
                x,
                v -> v.get(0)
                        .graph()
                        .node("Softmax", "", v, Map.of("axis", 2L), v.get(0).type(), N, 2, 3)));
    }

    private static void shapes(List<Case> all) {
        List<Input> x = List.of(signed(N, 4, 3));
        all.add(inDouble(
                "Reshape",
                "folding the batch",
                x,
                v -> v.get(0).reshape(4 * N, 3).exp()));
        all.add(inDouble("Transpose", "", x, v -> v.get(0).transpose(2, 0, 1)));
        all.add(inDouble("Split", "with all pieces used", x, v -> {
            List<Value> p = v.get(0).split(1, 1, 2, 1);
            return p.get(0).mul(p.get(1)).add(p.get(2));
        }));
        all.add(inDouble(
                "Split", "with one piece used", x, v -> v.get(0).split(1, 1, 3).get(1)));
        all.add(inDouble("Slice", "of one axis", x, v -> v.get(0).slice(1, 1, 3)));
        all.add(inDouble("Slice", "of a whole axis", x, v -> v.get(0).slice(1, 0, 4)));
        all.add(inDouble("Slice", "counted from the end", x, v -> {
            GraphBuilder g = v.get(0).graph();
            List<Value> in = List.of(v.get(0), g.longs(-3), g.longs(-1), g.longs(-2));
            return g.node("Slice", "", in, Map.of(), v.get(0).type(), N, 2, 3);
        }));
        all.add(inFloat(
                "Slice", "reversing", List.of(signed(N, 1, 3, 2)), v -> v.get(0).flip2d()));
        all.add(inDouble("Pad", "", List.of(signed(N, 2, 2, 3)), v -> v.get(0).pad2d(1, 0, 2, 1)));
        all.add(inDouble(
                "Expand",
                "to a known shape",
                List.of(signed(3, 1)),
                v -> v.get(0).expand(2, 3, 4)));
        all.add(inDouble(
                "Expand",
                "to the shape of another",
                List.of(signed(3), signed(N, 3)),
                v -> v.get(0).expandLike(v.get(1)).mul(v.get(1))));
        List<Input> two = List.of(signed(N, 2, 3), signed(N, 1, 3));
        all.add(inDouble("Concat", "", two, v -> v.get(0).graph().concat(1, v.get(0), v.get(1))));
        all.add(inDouble(
                "Concat",
                "along an axis counted from the end",
                two,
                v -> v.get(0)
                        .graph()
                        .node("Concat", "", v, Map.of("axis", -2L), v.get(0).type(), N, 3, 3)));
        all.add(inDouble(
                "Concat",
                "with a constant part",
                List.of(signed(2, 3)),
                v -> v.get(0)
                        .graph()
                        .concat(0, v.get(0), v.get(0).graph().constant(Tensor.of(new double[] {1, 2, 3}, 1, 3)))));
        all.add(inDouble(
                "Concat",
                "of two batches",
                List.of(signed(N, 3), signed(N, 3)),
                v -> v.get(0).graph().concat(0, v.get(0), v.get(1))));
    }

    private static void reductions(List<Case> all) {
        List<Input> x = List.of(signed(N, 3, 2));
        all.add(inDouble("ReduceSum", "of axis 1", x, v -> v.get(0).reduceSum(false, 1)));
        all.add(inDouble("ReduceSum", "kept", x, v -> v.get(0).reduceSum(true, 0, 2)));
        all.add(inDouble("ReduceMean", "of the last axis", x, v -> v.get(0).reduceMean(true, -1)));
        all.add(inDouble("ReduceMean", "over everything", x, v -> v.get(0).reduceMean(false, 0, 1, 2)));
        all.add(inDouble("ReduceMean", "over the batch", x, v -> v.get(0).reduceMean(false, 0, 2)));
        all.add(inFloat(
                "InstanceNormalization",
                "",
                List.of(signed(N, 2, 6)),
                v -> v.get(0).normalizeGroups(1e-5)));
        for (boolean eachImage : new boolean[] {true, false}) {
            all.add(inFloat(
                    "InstanceNormalization",
                    "of groups of channels, each with its factor, " + (eachImage ? "for each image" : "for all images"),
                    List.of(signed(N, 4, 2, 3), signed(eachImage ? N : 1, 4, 1, 1)),
                    v -> {
                        Value images = v.get(0);
                        return images.reshape(N, 2, 12)
                                .normalizeGroups(1e-5)
                                .reshape(images.shape())
                                .mul(v.get(1));
                    }));
        }
    }

    private static void matrices(List<Case> all) {
        List<Input> sequences = List.of(signed(N, 3, 4), signed(N, 3, 4), signed(N, 3, 4));
        for (int heads : new int[] {1, 2}) {
            all.add(inFloat(
                    "com.microsoft.MultiHeadAttention",
                    "with heads: " + heads,
                    sequences,
                    v -> v.get(0).attend(v.get(1), v.get(2), heads)));
        }
        all.add(inFloat(
                "com.microsoft.MultiHeadAttention",
                "of a value to itself",
                List.of(signed(N, 3, 4)),
                v -> v.get(0).attend(v.get(0), v.get(0), 2)));
        all.add(inFloat("MatMul", "plain", List.of(signed(N, 3), signed(3, 2)), MatrixCases.plain()));
        all.add(inFloat("MatMul", "batched", List.of(signed(N, 2, 3), signed(N, 3, 2)), MatrixCases.plain()));
        all.add(inFloat(
                "MatMul", "of a batch and one matrix", List.of(signed(N, 2, 3), signed(3, 2)), MatrixCases.plain()));
        all.add(inFloat(
                "MatMul", "of one matrix and a batch", List.of(signed(4, 3), signed(N, 3, 2)), MatrixCases.plain()));
        all.add(inFloat(
                "com.microsoft.FusedMatMul",
                "A'",
                List.of(signed(N, 3, 2), signed(N, 3, 4)),
                MatrixCases.fused(true, false)));
        all.add(inFloat(
                "com.microsoft.FusedMatMul",
                "B'",
                List.of(signed(N, 2, 3), signed(N, 4, 3)),
                MatrixCases.fused(false, true)));
        all.add(inFloat(
                "com.microsoft.FusedMatMul",
                "A'B'",
                List.of(signed(N, 3, 2), signed(N, 4, 3)),
                MatrixCases.fused(true, true)));
        all.add(inFloat(
                "com.microsoft.FusedMatMul",
                "alpha",
                List.of(signed(N, 2, 3), signed(N, 3, 4)),
                MatrixCases.fused(false, false)));
        all.add(inFloat(
                "com.microsoft.FusedMatMul",
                "of a batch and one B'",
                List.of(signed(N, 2, 3), signed(4, 3)),
                MatrixCases.fused(false, true)));
        all.add(inFloat(
                "com.microsoft.FusedMatMul",
                "of one A' and a batch",
                List.of(signed(3, 2), signed(N, 3, 4)),
                MatrixCases.fused(true, false)));
        all.add(inDouble(
                "Gemm",
                "with bias",
                List.of(signed(N, 3), signed(2, 3), signed(2)),
                v -> v.get(0).linear(v.get(1), v.get(2))));
        all.add(inDouble(
                "Gemm",
                "without bias",
                List.of(signed(N, 3), signed(2, 3)),
                v -> v.get(0).linear(v.get(1), null)));
        all.add(inDouble(
                "Gather",
                "of rows",
                List.of(signed(3, 2)),
                v -> v.get(0).gather(v.get(0).graph().longs(2, 0, 2, 1))));
        all.add(inDouble(
                "Gather",
                "of higher rank",
                List.of(signed(3, 2, 2)),
                v -> v.get(0).gather(v.get(0).graph().longs(2, 2, 1))));
    }

    private static void convolutions(List<Case> all) {
        for (long[] c : new long[][] {
            // kernel, stride, padding, height, width
            {3, 1, 1, 4, 5},
            {3, 1, 0, 4, 4},
            {1, 1, 0, 3, 2},
            {5, 1, 2, 3, 4},
            {3, 2, 1, 4, 6},
            {3, 2, 1, 5, 4},
            {1, 2, 0, 4, 4},
            {2, 2, 0, 4, 4},
            {3, 1, 1, 9, 16},
            {3, 1, 0, 12, 14},
            {5, 1, 2, 16, 9},
            {1, 1, 0, 12, 12},
            {1, 1, 1, 11, 11}
        }) {
            String what = c[0] + "x" + c[0] + " stride " + c[1] + " padding " + c[2] + " on " + c[3] + "x" + c[4];
            all.add(inFloat(
                    "Conv",
                    what,
                    List.of(signed(N, 2, c[3], c[4]), signed(3, 2, c[0], c[0]), signed(3)),
                    v -> v.get(0).conv(v.get(1), v.get(2), (int) c[1], (int) c[2])));
        }
        all.add(inFloat(
                "Conv",
                "without bias",
                List.of(signed(N, 2, 4, 4), signed(2, 2, 3, 3)),
                v -> v.get(0).conv(v.get(1), null, 1, 1)));
    }

    private static void images(List<Case> all) {
        all.add(inFloat(
                "AveragePool",
                "even",
                List.of(signed(N, 2, 4, 2)),
                v -> v.get(0).averagePool2()));
        all.add(inFloat(
                "AveragePool", "odd", List.of(signed(N, 1, 5, 3)), v -> v.get(0).averagePool2()));
        all.add(inFloat("Resize", "", List.of(signed(N, 2, 2, 3)), v -> v.get(0).upsampleNearest2()));
    }

    private static Input signed(long... shape) {
        return new Input(true, shape);
    }

    private static String describe(List<Input> inputs) {
        return inputs.stream().map(i -> Arrays.toString(i.shape())).toList().toString();
    }

    private static Case inDouble(String op, String what, List<Input> inputs, Function<List<Value>, Value> network) {
        return new Case(op, what, GradientCheck.inDouble(), inputs, network);
    }

    private static Case inFloat(String op, String what, List<Input> inputs, Function<List<Value>, Value> network) {
        return new Case(op, what, GradientCheck.inFloat(), inputs, network);
    }

    /** Products of the two inputs. */
    private static final class MatrixCases {
        static Function<List<Value>, Value> plain() {
            return v -> v.get(0).matmul(v.get(1));
        }

        static Function<List<Value>, Value> fused(boolean transA, boolean transB) {
            return v -> v.get(0).matmul(v.get(1), transA, transB, 0.7);
        }
    }
}
