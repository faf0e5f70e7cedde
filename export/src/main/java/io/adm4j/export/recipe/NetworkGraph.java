package io.adm4j.export.recipe;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** A network as a graph for inference, with the inputs and outputs that it has in a bundle; its weights are still open. */
public sealed interface NetworkGraph
        permits DenoiserGraph,
                DenoiserVjpGraph,
                UpsamplerGraph,
                ClassifierGraph,
                ClassifierGradientGraph,
                FeatureGraph {

    /**
     * The graph of a UNet: an {@link UpsamplerGraph} for a super-resolution network, else a {@link DenoiserGraph}.
     *
     * @throws io.adm4j.feedback.UserError if the settings are invalid
     */
    static NetworkGraph of(UNetConfig config, Precision precision) {
        return config.superResolution() ? UpsamplerGraph.of(config, precision) : DenoiserGraph.of(config, precision);
    }

    /** Holds the network's inputs, nodes and parameters. */
    GraphBuilder graph();

    /** The outputs, named as in bundles. */
    List<Value> outputs();

    /** The parameters, in the order of the published state dict. */
    default List<Parameter> parameters() {
        return graph().parameters();
    }

    /**
     * The graph with weights as an ONNX model.
     *
     * @param weights float32 arrays by state-dict name; each is read once, when the model is written
     * @throws IllegalArgumentException if a weight is missing; one of another shape is found when the model is written
     */
    default OnnxModel withWeights(Map<String, Tensor> weights) {
        return OnnxModel.withWeights(graph(), graph().inputs(), outputs(), weights);
    }
}
