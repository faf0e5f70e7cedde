package io.adm4j.export.recipe;

import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.AdmUNet;
import io.adm4j.export.net.Dropout;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import java.util.List;

/**
 * A denoiser with its vector-Jacobian product, for restoration by posterior sampling: inputs {@code x} [N, C, H, W],
 * {@code t} [N] float, {@code y} [N] int64 if class-conditional, and {@code v} of the output's shape.
 *
 * @param out output {@code out}, as of a {@link DenoiserGraph}
 * @param vjp output {@code vjp}, of the shape of x: v&#7488; &part;out/&part;x
 */
public record DenoiserVjpGraph(GraphBuilder graph, Value out, Value vjp) implements NetworkGraph {

    /**
     * Builds the graph in float32, in operators that every build of ONNX Runtime has.
     *
     * @param config of a network without super-resolution
     * @throws io.adm4j.feedback.UserError if the settings are invalid
     */
    public static DenoiserVjpGraph of(UNetConfig config) {
        GraphBuilder graph = new GraphBuilder();
        Value x = GraphInputs.images(graph, "x", config.inChannels(), config.imageSize());
        Value t = GraphInputs.timesteps(graph);
        Value y = config.classConditional() ? GraphInputs.labels(graph) : null;
        Value v = GraphInputs.images(graph, "v", config.outChannels(), config.imageSize());
        Value out = new AdmUNet(config, Precision.FP32).build(graph, x, t, y, Dropout.none());
        Value vjp = new Gradients(graph, Kernels.STOCK).of(out, v, List.of(x)).get(0);
        return new DenoiserVjpGraph(graph, graph.named("out", out), graph.named("vjp", vjp));
    }

    @Override
    public List<Value> outputs() {
        return List.of(out, vjp);
    }
}
