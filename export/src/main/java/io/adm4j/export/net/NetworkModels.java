package io.adm4j.export.net;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Networks with weights as ONNX models for inference, with the inputs and outputs that bundles have. */
public final class NetworkModels {
    private NetworkModels() {}

    /** The parameters of a denoiser, in the order of the published state dict. */
    public static List<Parameter> parameters(UNetConfig config) {
        return graph(config, Precision.FP32).parameters();
    }

    /** The parameters of a classifier, in the order of the published state dict. */
    public static List<Parameter> parameters(ClassifierConfig config) {
        return graph(config).parameters();
    }

    /**
     * A denoiser: inputs {@code x} [N, 3, H, W], {@code t} [N] float, {@code y} [N] int64 if class-conditional,
     * {@code low_res} [N, 3, h, w] if super-resolution; output {@code out} [N, 3 or 6, H, W].
     *
     * @param weights float32 arrays by state-dict name
     * @throws IllegalArgumentException if a weight is missing or has another shape
     */
    public static OnnxModel denoiser(UNetConfig config, Map<String, Tensor> weights) {
        return denoiser(config, Precision.FP32, weights);
    }

    /**
     * A denoiser of a precision; inputs and output are as in {@link #denoiser(UNetConfig, Map)}, float32 too.
     *
     * @param weights float32 arrays by state-dict name
     * @throws IllegalArgumentException if a weight is missing, has another shape or is too large for the precision
     */
    public static OnnxModel denoiser(UNetConfig config, Precision precision, Map<String, Tensor> weights) {
        GraphBuilder graph = graph(config, precision);
        return OnnxModel.withWeights(graph, graph.inputs(), List.of(graph.value("out")), weights);
    }

    /**
     * A noisy classifier: inputs {@code x} [N, 3, H, W] and {@code t} [N] float; output {@code logits} [N, K].
     *
     * @param weights float32 arrays by state-dict name
     * @throws IllegalArgumentException if a weight is missing or has another shape
     */
    public static OnnxModel classifier(ClassifierConfig config, Map<String, Tensor> weights) {
        GraphBuilder graph = graph(config);
        return OnnxModel.withWeights(graph, graph.inputs(), List.of(graph.value("logits")), weights);
    }

    /**
     * A feature network, which is a classifier at timestep 0 (clean images): input {@code x} [N, 3, H, W] in [-1, 1];
     * outputs {@code features} [N, D], the vector that the last linear layer sees, and {@code logits} [N, K].
     *
     * @param weights float32 arrays by state-dict name
     * @throws IllegalArgumentException if a weight is missing or has another shape
     */
    public static OnnxModel features(ClassifierConfig config, Map<String, Tensor> weights) {
        GraphBuilder graph = new GraphBuilder();
        Value x = images(graph, "x", config.imageSize());
        Value clean = graph.constant(Tensor.of(new float[1], 1));
        AdmClassifier.Output output = new AdmClassifier(config).build(graph, x, clean);
        return OnnxModel.withWeights(
                graph,
                List.of(x),
                List.of(graph.named("features", output.features()), graph.named("logits", output.logits())),
                weights);
    }

    private static GraphBuilder graph(UNetConfig config, Precision precision) {
        GraphBuilder graph = new GraphBuilder();
        Value x = images(graph, "x", config.imageSize());
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value y = config.classConditional() ? graph.input("y", ElementType.INT64, GraphBuilder.BATCH) : null;
        Value lowRes = config.superResolution() ? images(graph, "low_res", config.smallSize()) : null;
        graph.named("out", new AdmUNet(config, precision).build(graph, x, t, y, lowRes, Dropout.none()));
        return graph;
    }

    private static GraphBuilder graph(ClassifierConfig config) {
        GraphBuilder graph = new GraphBuilder();
        Value x = images(graph, "x", config.imageSize());
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        graph.named("logits", new AdmClassifier(config).build(graph, x, t).logits());
        return graph;
    }

    private static Value images(GraphBuilder graph, String name, int size) {
        return graph.input(name, ElementType.FLOAT32, GraphBuilder.BATCH, Inputs.CHANNELS, size, size);
    }
}
