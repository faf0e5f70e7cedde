package io.adm4j.export.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Compares gradients of Σ seed·y, for a random seed, with central differences at several batch sizes. */
final class GradientCheck {
    private static final long[] BATCHES = {1, 2, 5};
    private static final int ELEMENTS = 80;

    /** Values to differentiate by: random numbers between 0.3 and 1.3, of random sign where {@code signed}. */
    record Input(boolean signed, long... shape) {}

    private final ElementType type;
    private final double step;
    private final double tolerance;

    private GradientCheck(ElementType type, double step, double tolerance) {
        this.type = type;
        this.step = step;
        this.tolerance = tolerance;
    }

    static GradientCheck inDouble() {
        return new GradientCheck(ElementType.FLOAT64, 1e-5, 1e-8);
    }

    /** For operators that ONNX Runtime's CPU provider has in float32 only. */
    static GradientCheck inFloat() {
        return new GradientCheck(ElementType.FLOAT32, 2e-2, 1e-3);
    }

    /** Builds the network, checks the gradient of every input, and returns the graph that did it. */
    GraphBuilder check(List<Input> inputs, Function<List<Value>, Value> network) {
        GraphBuilder graph = new GraphBuilder();
        List<Value> xs = new ArrayList<>();
        for (Input input : inputs) {
            xs.add(graph.input("x" + xs.size(), type, input.shape()));
        }
        Value y = network.apply(xs);
        Value out = graph.named("out", y);
        Value seed = graph.input("seed", y.type(), y.shape());
        List<Value> gradients = new Gradients(graph, Kernels.STOCK).of(y, seed, xs);
        List<Value> outputs = new ArrayList<>();
        for (int i = 0; i < xs.size(); i++) {
            outputs.add(graph.named("d" + i, gradients.get(i)));
        }
        List<Value> withSeed = new ArrayList<>(xs);
        withSeed.add(seed);
        byte[] forward = OnnxModel.withInputs(graph, xs, List.of(out)).bytes();
        byte[] backward = OnnxModel.withInputs(graph, withSeed, outputs).bytes();
        try (OnnxSession function = OnnxSession.open(forward, Device.CPU, 1);
                OnnxSession derivative = OnnxSession.open(backward, Device.CPU, 1)) {
            for (long batch : BATCHES) {
                compare(function, derivative, inputs, y.shape(), y.type(), batch);
            }
        }
        return graph;
    }

    private void compare(
            OnnxSession function,
            OnnxSession derivative,
            List<Input> inputs,
            long[] outShape,
            ElementType outType,
            long batch) {
        Random random = new Random(17 + batch);
        Map<String, Tensor> values = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor t = Tensor.zeros(type, sized(inputs.get(i).shape(), batch));
            for (int k = 0; k < t.size(); k++) {
                double v = 0.3 + random.nextDouble();
                set(t, k, inputs.get(i).signed() && random.nextBoolean() ? -v : v);
            }
            values.put("x" + i, t);
        }
        Tensor seed = Tensor.zeros(outType, sized(outShape, batch));
        for (int k = 0; k < seed.size(); k++) {
            set(seed, k, random.nextGaussian());
        }
        Map<String, Tensor> withSeed = new HashMap<>(values);
        withSeed.put("seed", seed);
        Map<String, Tensor> gradients = derivative.run(withSeed);
        for (int i = 0; i < inputs.size(); i++) {
            Tensor x = values.get("x" + i);
            Tensor gradient = gradients.get("d" + i);
            // All elements of small inputs, some of large ones.
            for (int k = 0; k < x.size(); k += 1 + x.size() / ELEMENTS) {
                double middle = get(x, k);
                set(x, k, middle + step);
                double above = get(x, k);
                double up = inner(seed, function.run(values).get("out"));
                set(x, k, middle - step);
                double below = get(x, k);
                double down = inner(seed, function.run(values).get("out"));
                set(x, k, middle);
                double expected = (up - down) / (above - below);
                assertEquals(
                        expected,
                        get(gradient, k),
                        tolerance * (1 + Math.abs(expected)),
                        "gradient of input " + i + " at element " + k + " for batch " + batch);
            }
        }
    }

    private static long[] sized(long[] shape, long batch) {
        long[] s = shape.clone();
        for (int i = 0; i < s.length; i++) {
            s[i] = s[i] < 0 ? -s[i] * batch : s[i];
        }
        return s;
    }

    private static double inner(Tensor a, Tensor b) {
        double sum = 0;
        for (int k = 0; k < a.size(); k++) {
            sum += get(a, k) * get(b, k);
        }
        return sum;
    }

    private static double get(Tensor t, int k) {
        return t.type() == ElementType.FLOAT64 ? t.doubles().get(k) : t.floats().get(k);
    }

    private static void set(Tensor t, int k, double v) {
        if (t.type() == ElementType.FLOAT64) {
            t.doubles().put(k, v);
        } else {
            t.floats().put(k, (float) v);
        }
    }
}
