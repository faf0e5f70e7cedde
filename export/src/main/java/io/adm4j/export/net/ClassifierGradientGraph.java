package io.adm4j.export.net;

import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What classifier guidance asks of a classifier: log p(y | x_t) and its gradient by x_t ("Diffusion Models Beat GANs on
 * Image Synthesis", section 4.1).
 */
public final class ClassifierGradientGraph {
    private static final int CHANNELS = 3;

    private ClassifierGradientGraph() {}

    /**
     * The outputs of a classifier gradient graph.
     *
     * @param logProb log p(y | x_t), [N]
     * @param gradient of {@code logProb} by x_t, of the shape of x; each image's by its own pixels
     */
    public record Output(Value logProb, Value gradient) {}

    /**
     * Appends the gradient to a classifier, in operators that every build of ONNX Runtime has.
     *
     * @param x the noisy images that the classifier sees, [N, ...]
     * @param y labels in 0..K-1, int64 [N]
     * @param logits what the classifier makes of x, [N, K]
     * @throws IllegalArgumentException if the logits do not depend on x
     */
    public static Output of(Value x, Value y, Value logits) {
        Value chosen = y.oneHot(logits.dim(1)).cast(logits.type());
        Value logProb = logits.logSoftmax().mul(chosen).reduceSum(false, 1);
        Value gradient =
                new Gradients(x.graph(), Kernels.STOCK).of(logProb, List.of(x)).get(0);
        return new Output(logProb, gradient);
    }

    /**
     * The gradient of the noisy classifier as a model: inputs {@code x} [N, 3, H, W], {@code t} [N] float and {@code y} [N]
     * int64; outputs {@code log_prob} [N] and {@code grad} [N, 3, H, W].
     *
     * @param weights float32 arrays by state-dict name
     * @throws IllegalArgumentException if a weight is missing or has another shape
     */
    public static OnnxModel model(ClassifierConfig config, Map<String, Tensor> weights) {
        GraphBuilder graph = new GraphBuilder();
        long size = config.imageSize();
        Value x = graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, CHANNELS, size, size);
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value y = graph.input("y", ElementType.INT64, GraphBuilder.BATCH);
        Output output = of(x, y, new AdmClassifier(config).build(graph, x, t).logits());
        return OnnxModel.withWeights(
                graph,
                List.of(x, t, y),
                List.of(graph.named("log_prob", output.logProb()), graph.named("grad", output.gradient())),
                weights);
    }
}
