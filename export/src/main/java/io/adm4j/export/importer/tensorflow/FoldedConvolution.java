package io.adm4j.export.importer.tensorflow;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * A convolution and the linear operators per channel that follow it, folded into one convolution with a bias.
 *
 * @param node the convolution, whose stride and padding apply
 * @param weight [out, in, height, width]
 * @param bias [out]
 */
record FoldedConvolution(TensorFlowNode node, Tensor weight, Tensor bias) {

    /** Name of the node that is the convolution's input. */
    String input() {
        return node.input(0);
    }

    /** The convolution whose result a node returns, possibly through batch norm or an added bias. */
    static Optional<TensorFlowNode> behind(TensorFlowNode node, TensorFlowGraph graph) {
        TensorFlowNode at = node;
        for (int steps = 0; steps <= graph.size(); steps++) {
            switch (at.op()) {
                case "Conv2D" -> {
                    return Optional.of(at);
                }
                case "BatchNormWithGlobalNormalization", "BiasAdd", "Identity", "CheckNumerics" ->
                    at = graph.node(at.input(0));
                default -> {
                    return Optional.empty();
                }
            }
        }
        throw new TensorFlowGraphException(node + " depends on itself");
    }

    /** The folded form of a node that has a convolution {@link #behind} it. */
    static FoldedConvolution of(TensorFlowNode last, TensorFlowGraph graph) {
        Deque<TensorFlowNode> chain = new ArrayDeque<>();
        TensorFlowNode at = last;
        while (!at.op().equals("Conv2D")) {
            chain.push(at);
            at = graph.node(at.input(0));
        }
        Tensor kernel = graph.node(at.input(1)).constant(ElementType.FLOAT32);
        if (kernel.rank() != 4 || kernel.size() == 0) {
            throw new TensorFlowGraphException(at + " has a kernel of shape " + Arrays.toString(kernel.shape())
                    + "; height, width, channels in and out are needed");
        }
        if (at.attributes().containsKey("dilations")
                && !Arrays.equals(at.heightAndWidth("dilations"), new int[] {1, 1})) {
            throw new TensorFlowGraphException(at + " has dilations, which are not supported");
        }
        int channels = (int) kernel.dim(3);
        // In double, so that folding rounds once.
        double[] scale = new double[channels];
        double[] bias = new double[channels];
        Arrays.fill(scale, 1);
        for (TensorFlowNode node : chain) {
            switch (node.op()) {
                case "BatchNormWithGlobalNormalization" -> normalize(node, graph, scale, bias);
                case "BiasAdd" -> {
                    float[] b = vector(graph.node(node.input(1)), channels);
                    Arrays.setAll(bias, c -> bias[c] + b[c]);
                }
                default -> {}
            }
        }
        float[] rounded = new float[channels];
        for (int c = 0; c < channels; c++) {
            rounded[c] = (float) bias[c];
        }
        return new FoldedConvolution(at, weight(kernel, scale), Tensor.of(rounded, channels));
    }

    /** y = (x - mean) / sqrt(variance + epsilon), times gamma if asked, plus beta. */
    private static void normalize(TensorFlowNode node, TensorFlowGraph graph, double[] scale, double[] bias) {
        float[] mean = vector(graph.node(node.input(1)), scale.length);
        float[] variance = vector(graph.node(node.input(2)), scale.length);
        float[] beta = vector(graph.node(node.input(3)), scale.length);
        float[] gamma = node.flag("scale_after_normalization") ? vector(graph.node(node.input(4)), scale.length) : null;
        float epsilon = node.attribute("variance_epsilon", Float.class);
        for (int c = 0; c < scale.length; c++) {
            double factor = (gamma == null ? 1 : gamma[c]) / Math.sqrt(variance[c] + (double) epsilon);
            if (!Double.isFinite(factor)) {
                throw new TensorFlowGraphException(node + " divides by a variance of " + variance[c]);
            }
            scale[c] *= factor;
            bias[c] = (bias[c] - mean[c]) * factor + beta[c];
        }
    }

    private static float[] vector(TensorFlowNode node, int length) {
        Tensor values = node.constant(ElementType.FLOAT32);
        if (values.rank() != 1 || values.dim(0) != length) {
            throw new TensorFlowGraphException(node + " has the shape " + Arrays.toString(values.shape()) + " where "
                    + length + " channels have one number each");
        }
        return values.toFloatArray();
    }

    /** From [height, width, in, out] to [out, in, height, width], each output channel scaled. */
    private static Tensor weight(Tensor kernel, double[] scale) {
        int places = Math.toIntExact(kernel.dim(0) * kernel.dim(1));
        int in = (int) kernel.dim(2);
        int out = (int) kernel.dim(3);
        float[] from = kernel.toFloatArray();
        Tensor weight = Tensor.zeros(ElementType.FLOAT32, out, in, kernel.dim(0), kernel.dim(1));
        FloatBuffer to = weight.floats();
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                for (int p = 0; p < places; p++) {
                    to.put((float) (from[(p * in + i) * out + o] * scale[o]));
                }
            }
        }
        return weight;
    }
}
