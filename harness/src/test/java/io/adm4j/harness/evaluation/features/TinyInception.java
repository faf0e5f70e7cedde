package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.metrics.Features;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A frozen graph with the node names and operators of the Inception graph of 2015 but few channels, and what it computes. */
public final class TinyInception {
    static final int SIZE = 17;
    static final int CLASSES = 5;
    private static final float EPSILON = 0.001f;

    private final SplittableRandom random = new SplittableRandom(7);
    private final FrozenGraph graph = new FrozenGraph();
    private final Map<String, float[]> weights = new LinkedHashMap<>();

    /** What it gives for one image. */
    record Features(double[] pool, double[] spatial, double[] probabilities) {}

    public TinyInception() {
        graph.node("DecodeJpeg", "DecodeJpeg").node("Cast", "Cast", "DecodeJpeg");
        graph.constant("ExpandDims/dim", new int[] {0}).node("ExpandDims", "ExpandDims", "Cast", "ExpandDims/dim");
        graph.constant("ResizeBilinear/size", new int[] {SIZE, SIZE}, 2);
        graph.node(
                "ResizeBilinear",
                "ResizeBilinear",
                List.of("ExpandDims:0", "ResizeBilinear/size"),
                Map.of("align_corners", false));
        graph.listed("Sub/y", new float[] {128}).node("Sub", "Sub", "ResizeBilinear", "Sub/y");
        graph.listed("Mul/y", new float[] {0.0078125f}).node("Mul", "Mul", "Sub", "Mul/y");
        layer("conv", "Mul", 3, 8, 3, 3, 2, "VALID", false);
        pool("pool", "conv", "MaxPool", 3, 2, "SAME");
        layer("mixed_6/conv", "pool", 8, 9, 1, 1, 1, "SAME", true);
        pool("mixed_6/tower/pool", "pool", "AvgPool", 3, 1, "SAME");
        layer("mixed_6/tower/conv", "mixed_6/tower/pool", 8, 4, 1, 1, 1, "SAME", false);
        layer("mixed_6/tower_1/conv", "pool", 8, 3, 1, 3, 1, "SAME", false);
        pool("mixed_6/tower_2/pool", "pool", "MaxPool", 3, 1, "SAME");
        graph.constant("mixed_6/join/concat_dim", new int[] {3});
        graph.node(
                "mixed_6/join",
                "Concat",
                "mixed_6/join/concat_dim",
                "mixed_6/conv",
                "mixed_6/tower/conv",
                "mixed_6/tower_1/conv",
                "mixed_6/tower_2/pool");
        pool("pool_3", "mixed_6/join", "AvgPool", 4, 1, "VALID");
        graph.constant("pool_3/_reshape/shape", new int[] {1, 24}, 2);
        graph.node("pool_3/_reshape", "Reshape", "pool_3", "pool_3/_reshape/shape");
        graph.constant("softmax/weights", weight("softmax", 24 * CLASSES), 24, CLASSES);
        graph.constant("softmax/biases", weight("biases", CLASSES), CLASSES);
        graph.node("softmax/logits/MatMul", "MatMul", "pool_3/_reshape", "softmax/weights");
        graph.node("softmax/logits", "BiasAdd", "softmax/logits/MatMul", "softmax/biases");
        graph.node("softmax", "Softmax", "softmax/logits");
    }

    /** The file, to be changed by tests of broken ones. */
    public FrozenGraph graph() {
        return graph;
    }

    private float[] weight(String key, int length) {
        return weights.computeIfAbsent(key, k -> {
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                values[i] = (float) random.nextDouble(-0.5, 0.6);
            }
            return values;
        });
    }

    private void layer(
            String name, String x, int in, int out, int kh, int kw, int stride, String padding, boolean scale) {
        float[] variance = weight(name + "/variance", out);
        IntStream.range(0, out).forEach(c -> variance[c] = Math.abs(variance[c]) + 0.2f);
        graph.constant(name + "/conv2d_params", weight(name, kh * kw * in * out), kh, kw, in, out);
        graph.node(
                name + "/Conv2D",
                "Conv2D",
                List.of(x, name + "/conv2d_params"),
                Map.of("strides", new long[] {1, stride, stride, 1}, "padding", padding));
        String norm = name + "/batchnorm";
        graph.constant(norm + "/moving_mean", weight(name + "/mean", out), out);
        graph.constant(norm + "/moving_variance", variance, out);
        graph.constant(norm + "/beta", weight(name + "/beta", out), out);
        // One listed number stands for all.
        graph.listed(norm + "/gamma", new float[] {1.5f}, out);
        graph.node(
                norm,
                "BatchNormWithGlobalNormalization",
                List.of(
                        name + "/Conv2D",
                        norm + "/moving_mean",
                        norm + "/moving_variance",
                        norm + "/beta",
                        norm + "/gamma"),
                Map.of("variance_epsilon", EPSILON, "scale_after_normalization", scale));
        graph.node(name + "/CheckNumerics", "CheckNumerics", norm);
        graph.node(name + "/control_dependency", "Identity", norm, "^" + name + "/CheckNumerics");
        graph.node(name, "Relu", name + "/control_dependency");
    }

    private void pool(String name, String x, String op, int size, int stride, String padding) {
        graph.node(
                name,
                op,
                List.of(x),
                Map.of(
                        "ksize",
                        new long[] {1, size, size, 1},
                        "strides",
                        new long[] {1, stride, stride, 1},
                        "padding",
                        padding));
    }

    /** @param image [height, width, 3] of 0 to 255 */
    Features features(Maps image) {
        Maps x = image.resize(SIZE, SIZE).map(v -> (v - 128) * 0.0078125);
        Maps stem = relu("conv", x.conv(weight("conv", 0), 3, 3, 8, 2, false), false)
                .pool(true, 3, 2, true);
        Maps first = relu("mixed_6/conv", stem.conv(weight("mixed_6/conv", 0), 1, 1, 9, 1, true), true);
        Maps second = relu(
                "mixed_6/tower/conv",
                stem.pool(false, 3, 1, true).conv(weight("mixed_6/tower/conv", 0), 1, 1, 4, 1, true),
                false);
        Maps third =
                relu("mixed_6/tower_1/conv", stem.conv(weight("mixed_6/tower_1/conv", 0), 1, 3, 3, 1, true), false);
        double[] pool = Maps.join(first, second, third, stem.pool(true, 3, 1, true))
                .pool(false, 4, 1, false)
                .values();
        double[] spatial = IntStream.range(0, first.values().length)
                .filter(i -> i % 9 < 7)
                .mapToDouble(i -> first.values()[i])
                .toArray();
        double[] p = new double[CLASSES];
        for (int k = 0; k < CLASSES; k++) {
            for (int i = 0; i < pool.length; i++) {
                p[k] += pool[i] * weight("softmax", 0)[i * CLASSES + k];
            }
            p[k] = Math.exp(p[k]);
        }
        double sum = Arrays.stream(p).sum();
        return new Features(pool, spatial, Arrays.stream(p).map(v -> v / sum).toArray());
    }

    private Maps relu(String name, Maps x, boolean scale) {
        float[] gamma = new float[x.channels()];
        Arrays.fill(gamma, 1.5f);
        return x.normalize(
                        weight(name + "/mean", 0),
                        weight(name + "/variance", 0),
                        weight(name + "/beta", 0),
                        scale ? gamma : null,
                        EPSILON)
                .map(v -> Math.max(0, v));
    }
}
