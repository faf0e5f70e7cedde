package io.adm4j.export.recipe;

import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.AdmClassifier;
import io.adm4j.export.net.ClassifierConfig;
import java.util.List;

/**
 * What classifier guidance needs of a noisy classifier: log p(y | x_t) and its gradient by x_t ("Diffusion Models Beat
 * GANs on Image Synthesis", section 4.1). Inputs {@code x} [N, C, H, W], {@code t} [N] float and {@code y} [N] int64.
 *
 * @param logProb output {@code log_prob}, [N]: log p(y | x_t)
 * @param gradient output {@code grad}, of the shape of x: the gradient of {@code log_prob}, each image's by its own pixels
 */
public record ClassifierGradientGraph(GraphBuilder graph, Value logProb, Value gradient) implements NetworkGraph {

    /**
     * Builds the graph, in operators that every build of ONNX Runtime has.
     *
     * @throws io.adm4j.feedback.UserError if the settings are invalid
     */
    public static ClassifierGradientGraph of(ClassifierConfig config) {
        GraphBuilder graph = new GraphBuilder();
        Value x = GraphInputs.images(graph, "x", config.inChannels(), config.imageSize());
        Value t = GraphInputs.timesteps(graph);
        Value y = GraphInputs.labels(graph);
        return of(x, y, new AdmClassifier(config).build(graph, x, t).logits());
    }

    /**
     * Appends log-probability and gradient to the graph of any classifier, in operators that every build of ONNX Runtime
     * has.
     *
     * @param x the noisy images that the classifier sees, [N, ...]
     * @param y labels in 0..K-1, int64 [N]
     * @param logits output of the classifier for x, [N, K]
     * @throws IllegalArgumentException if the logits do not depend on x
     */
    public static ClassifierGradientGraph of(Value x, Value y, Value logits) {
        GraphBuilder graph = x.graph();
        Value chosen = y.oneHot(logits.dim(1)).cast(logits.type());
        Value logProb = logits.logSoftmax().mul(chosen).reduceSum(false, 1);
        Value gradient =
                new Gradients(graph, Kernels.STOCK).of(logProb, List.of(x)).get(0);
        return new ClassifierGradientGraph(graph, graph.named("log_prob", logProb), graph.named("grad", gradient));
    }

    @Override
    public List<Value> outputs() {
        return List.of(logProb, gradient);
    }
}
