package io.adm4j.export.recipe;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.AdmClassifier;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.tensor.Tensor;
import java.util.List;

/**
 * A feature extractor, which is a classifier at timestep 0 (clean images): input {@code x} [N, C, H, W] in [-1, 1].
 *
 * @param features output {@code features}, [N, D]: the vector that the last linear layer sees
 * @param logits output {@code logits}, [N, K]
 */
public record FeatureGraph(GraphBuilder graph, Value features, Value logits) implements NetworkGraph {

    /**
     * Builds the graph.
     *
     * @throws io.adm4j.feedback.UserError if the settings are invalid
     */
    public static FeatureGraph of(ClassifierConfig config) {
        GraphBuilder graph = new GraphBuilder();
        Value x = GraphInputs.images(graph, "x", config.inChannels(), config.imageSize());
        Value clean = graph.constant(Tensor.of(new float[1], 1));
        AdmClassifier.Output output = new AdmClassifier(config).build(graph, x, clean);
        return new FeatureGraph(
                graph, graph.named("features", output.features()), graph.named("logits", output.logits()));
    }

    @Override
    public List<Value> outputs() {
        return List.of(features, logits);
    }
}
