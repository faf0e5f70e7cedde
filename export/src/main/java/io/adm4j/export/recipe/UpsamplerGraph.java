package io.adm4j.export.recipe;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.AdmUNet;
import io.adm4j.export.net.Dropout;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import java.util.List;

/**
 * A super-resolution denoiser for inference ("Diffusion Models Beat GANs on Image Synthesis", appendix H): inputs
 * {@code x} [N, C, H, W], {@code t} [N] float, if class-conditional {@code y} [N] int64, and {@code low_res}
 * [N, C, h, w].
 *
 * @param out output {@code out}, [N, C or 2C, H, W]: the predicted noise and, where learned, the variance interpolation
 */
public record UpsamplerGraph(GraphBuilder graph, Value out) implements NetworkGraph {

    /**
     * Builds the graph. Inputs and output are float32 in either precision.
     *
     * @param config of a super-resolution network
     * @throws IllegalArgumentException if it is another network
     * @throws io.adm4j.feedback.UserError if the settings are invalid
     */
    public static UpsamplerGraph of(UNetConfig config, Precision precision) {
        GraphBuilder graph = new GraphBuilder();
        Value x = GraphInputs.images(graph, "x", config.inChannels(), config.imageSize());
        Value t = GraphInputs.timesteps(graph);
        Value y = config.classConditional() ? GraphInputs.labels(graph) : null;
        Value lowRes = GraphInputs.images(graph, "low_res", config.inChannels(), config.smallSize());
        Value out = new AdmUNet(config, precision).build(graph, x, t, y, lowRes, Dropout.none());
        return new UpsamplerGraph(graph, graph.named("out", out));
    }

    @Override
    public List<Value> outputs() {
        return List.of(out);
    }
}
