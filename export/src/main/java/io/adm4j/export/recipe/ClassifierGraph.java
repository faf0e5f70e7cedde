package io.adm4j.export.recipe;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.AdmClassifier;
import io.adm4j.export.net.ClassifierConfig;
import java.util.List;

/**
 * A noisy classifier for inference ("Diffusion Models Beat GANs on Image Synthesis", section 4): inputs {@code x}
 * [N, C, H, W] and {@code t} [N] float.
 *
 * @param logits output {@code logits}, [N, K]
 */
public record ClassifierGraph(GraphBuilder graph, Value logits) implements NetworkGraph {

    /**
     * Builds the graph.
     *
     * @throws io.adm4j.feedback.UserError if the settings are invalid
     */
    public static ClassifierGraph of(ClassifierConfig config) {
        GraphBuilder graph = new GraphBuilder();
        Value x = GraphInputs.images(graph, "x", config.inChannels(), config.imageSize());
        Value t = GraphInputs.timesteps(graph);
        Value logits = new AdmClassifier(config).build(graph, x, t).logits();
        return new ClassifierGraph(graph, graph.named("logits", logits));
    }

    @Override
    public List<Value> outputs() {
        return List.of(logits);
    }
}
