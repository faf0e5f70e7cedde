package io.adm4j.export.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.autodiff.GradientCheck.Input;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GradientsTest {
    private static final long N = GraphBuilder.BATCH;

    @Test
    void addsUpOverAllUses() {
        // d/dx (x³ + x·exp x) through shared intermediate values.
        GradientCheck.inDouble().check(List.of(new Input(true, N, 3)), v -> {
            Value x = v.get(0);
            Value square = x.mul(x);
            return square.mul(x).add(x.mul(x.exp())).add(square);
        });
    }

    @Test
    void residualBlockWithScaleAndShift() {
        List<Input> inputs = List.of(
                new Input(true, N, 4, 4, 2),
                new Input(true, 4),
                new Input(true, 4),
                new Input(true, 4, 4, 3, 3),
                new Input(true, 4),
                new Input(true, N, 3),
                new Input(true, 8, 3),
                new Input(true, 8));
        GradientCheck.inFloat().check(inputs, v -> {
            Value x = v.get(0);
            Value normal = x.reshape(N, 2, 16).normalizeGroups(1e-5).reshape(N, 4, 4, 2);
            Value h = normal.mul(v.get(1).reshape(4, 1, 1))
                    .add(v.get(2).reshape(4, 1, 1))
                    .silu()
                    .conv(v.get(3), v.get(4), 1, 1)
                    .mul(0.2);
            List<Value> film = v.get(5)
                    .silu()
                    .linear(v.get(6), v.get(7))
                    .reshape(N, 8, 1, 1)
                    .split(1, 4, 4);
            return x.add(h.mul(film.get(0).add(1)).add(film.get(1))).averagePool2();
        });
    }

    @Test
    void attention() {
        List<Input> inputs = List.of(new Input(true, N, 12, 5), new Input(true, 4, 4));
        GradientCheck.inFloat().check(inputs, v -> {
            List<Value> qkv = v.get(0).reshape(2 * N, 6, 5).split(1, 2, 2, 2);
            Value weight = qkv.get(0).matmul(qkv.get(1), true, false, 0.7).softmax();
            Value a = qkv.get(2).matmul(weight, false, true, 1).reshape(N, 4, 5);
            return v.get(1).matmul(a);
        });
    }

    @Test
    void lossOverTheBatch() {
        GradientCheck.inDouble().check(List.of(new Input(true, N, 3), new Input(true, N, 3)), v -> {
            Value difference = v.get(0).sub(v.get(1));
            return difference.mul(difference).reduceMean(false, 0, 1);
        });
    }

    @Test
    void gradientsOfIntermediateValues() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N);
        Value inner = x.mul(3);
        Value y = inner.mul(inner);
        List<Value> d = new Gradients(graph, Kernels.STOCK).of(y, List.of(inner, x));
        Map<String, Tensor> out = run(
                graph, List.of(x), List.of(graph.named("di", d.get(0)), graph.named("dx", d.get(1))), floats(2, -1));
        assertArrayEquals(new float[] {12, -6}, out.get("di").toFloatArray());
        assertArrayEquals(new float[] {36, -18}, out.get("dx").toFloatArray());
    }

    @Test
    void stoppedGradientsAreConstants() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N);
        Value y = x.mul(x.exp().stopGradient());
        Value d = new Gradients(graph, Kernels.STOCK).of(y, List.of(x)).get(0);
        Map<String, Tensor> out = run(graph, List.of(x), List.of(graph.named("d", d)), floats(0, 1));
        assertArrayEquals(new float[] {1, (float) Math.E}, out.get("d").toFloatArray(), 1e-6f);
    }

    @Test
    void onlyThePathBetweenIsWalked() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N, 1, 2, 2);
        Value other = graph.input("other", ElementType.FLOAT32, N, 1, 2, 2);
        // The bilinear upsampling has no rule, and none is needed: x does not go through it, and y not through the
        // second.
        Value y = x.exp().add(other.upsampleBilinear(2).averagePool2());
        x.upsampleBilinear(2);
        int before = graph.nodes().size();
        new Gradients(graph, Kernels.STOCK).of(y, List.of(x));
        Set<String> added = graph.nodes().subList(before, graph.nodes().size()).stream()
                .map(n -> n.op())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("Shape", "Expand", "Mul"), added);
    }

    @Test
    void operatorsBeforeTheValueDifferentiatedByNeedNoRule() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N, 1, 2, 2);
        Value large = x.upsampleBilinear(2);
        Value y = large.exp();
        assertEquals(
                1, new Gradients(graph, Kernels.STOCK).of(y, List.of(large)).size());
    }

    @Test
    void unneededConvolutionGradientsAreLeftOut() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N, 2, 4, 4);
        Value w = graph.input("w", ElementType.FLOAT32, 2, 2, 3, 3);
        Value b = graph.input("b", ElementType.FLOAT32, 2);
        Value y = x.conv(w, b, 1, 1);
        int before = graph.nodes().size();
        new Gradients(graph, Kernels.STOCK).of(y, List.of(x));
        assertTrue(graph.nodes().subList(before, graph.nodes().size()).stream()
                .noneMatch(n -> n.op().equals("FusedMatMul") || n.op().equals("ReduceSum")));
        int middle = graph.nodes().size();
        new Gradients(graph, Kernels.STOCK).of(y, List.of(w, b));
        assertTrue(graph.nodes().subList(middle, graph.nodes().size()).stream().noneMatch(n -> n.op().equals("Conv")));
    }

    @Test
    void trainingKernelsAreUsedOnlyWhereAsked() {
        for (Kernels kernels : Kernels.values()) {
            GraphBuilder graph = new GraphBuilder();
            Value x = graph.input("x", ElementType.FLOAT32, N);
            new Gradients(graph, kernels).of(x.silu(), List.of(x));
            assertEquals(
                    kernels == Kernels.TRAINING, graph.nodes().stream().anyMatch(n -> n.op().equals("QuickGeluGrad")));
        }
    }

    @Test
    void saysWhichValueHasNoInfluence() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N);
        Value unused = graph.input("unused", ElementType.FLOAT32, N);
        Value y = x.exp();
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> new Gradients(graph, Kernels.STOCK).of(y, List.of(x, unused)));
        assertTrue(e.getMessage().contains("'unused'"), e.getMessage());
    }

    @Test
    void comparisonsCarryNoGradient() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N);
        Value y = x.greater(x.like(0)).cast(ElementType.FLOAT32);
        assertThrows(IllegalArgumentException.class, () -> new Gradients(graph, Kernels.STOCK).of(y, List.of(x)));
    }

    @Test
    void saysWhichOperatorHasNoRule() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N);
        Value y = graph.node("Erf", "", List.of(x), Map.of(), x.type(), N);
        UnsupportedOperationException e = assertThrows(
                UnsupportedOperationException.class, () -> new Gradients(graph, Kernels.STOCK).of(y, List.of(x)));
        assertTrue(e.getMessage().contains("Erf") && e.getMessage().contains(y.name()), e.getMessage());
        Value image = graph.input("image", ElementType.FLOAT32, N, 1, 2, 2);
        Value large = image.upsampleBilinear(2);
        assertThrows(
                UnsupportedOperationException.class,
                () -> new Gradients(graph, Kernels.STOCK).of(large, List.of(image)));
    }

    @Test
    void seedMustFit() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, N, 2);
        assertThrows(
                IllegalArgumentException.class,
                () -> new Gradients(graph, Kernels.STOCK).of(x.exp(), x.like(1), List.of(x)));
    }

    private static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    private static Map<String, Tensor> run(GraphBuilder graph, List<Value> inputs, List<Value> outputs, Tensor x) {
        byte[] model = OnnxModel.withInputs(graph, inputs, outputs).bytes();
        try (OnnxSession session = OnnxSession.open(model, Device.CPU, 1)) {
            return session.run(Map.of("x", x));
        }
    }
}
