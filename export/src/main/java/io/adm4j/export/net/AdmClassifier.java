package io.adm4j.export.net;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import java.util.List;
import java.util.stream.Stream;

/**
 * The noisy classifier of "Diffusion Models Beat GANs on Image Synthesis" (section 4): the encoder of the UNet
 * with pooling and logits. Parameters are named as in the published state dicts.
 */
public final class AdmClassifier {
    private static final int SPATIAL_WIDTH = 2048;

    private final ClassifierConfig config;
    private final Precision precision;

    /** A classifier in float32. */
    public AdmClassifier(ClassifierConfig config) {
        this(config, Precision.FP32);
    }

    private AdmClassifier(ClassifierConfig config, Precision precision) {
        this.config = config;
        this.precision = precision;
    }

    /** A classifier whose encoder computes in a precision, of weights that are kept in float32. */
    public static AdmClassifier withMasterWeights(ClassifierConfig config, Precision precision) {
        return new AdmClassifier(config, precision);
    }

    /**
     * The outputs of the classifier.
     *
     * @param features [N, D]: the vector that the last linear layer sees
     * @param logits [N, K]
     */
    public record Output(Value features, Value logits) {}

    public ClassifierConfig config() {
        return config;
    }

    /**
     * Adds the network to a graph.
     *
     * @param x noisy images, float [N, C, H, W]
     * @param t original timestep numbers, float [N], or [1] for all images
     * @throws IllegalArgumentException if an input has a wrong shape
     */
    public Output build(GraphBuilder graph, Value x, Value t) {
        Inputs.checkImages("x", x, config.inChannels(), config.imageSize());
        Layers layers = new Layers(graph, ElementType.FLOAT32);
        Value embedding = TimeEmbedding.of(layers, t, config.width()).silu();
        ResBlock block = new ResBlock(layers, embedding, config.scaleShiftNorm(), Dropout.none(), 0);
        Encoder.Result down =
                encoder(layers, block).apply(x.cast(precision.torso())).cast(x.type());
        return switch (config.pool()) {
            case ADAPTIVE -> adaptive(layers, down.middle());
            case ATTENTION -> attention(layers, down.middle());
            case SPATIAL -> spatial(layers, down, false);
            case SPATIAL_V2 -> spatial(layers, down, true);
        };
    }

    private Encoder encoder(Layers layers, ResBlock block) {
        return new Encoder(
                layers,
                block,
                config.channelMult().size(),
                config.depth(),
                config::width,
                config::attendsAt,
                channels -> Attention.heads(channels, 1, config.numHeadChannels()),
                false,
                config.resblockUpDown());
    }

    private Output adaptive(Layers layers, Value h) {
        Value mean = layers.groupNorm("out.0", h).silu().reduceMean(true, 2, 3);
        Value logits = layers.zeroConv("out.3", mean, config.numClasses(), 1);
        return new Output(mean.reshape(h.dim(0), h.dim(1)), logits.reshape(h.dim(0), config.numClasses()));
    }

    private Output attention(Layers layers, Value h) {
        Value features =
                Attention.pool(layers, "out.2", layers.groupNorm("out.0", h).silu(), config.numHeadChannels());
        Value column = features.reshape(h.dim(0), h.dim(1), 1, 1);
        Value logits = layers.pointwise("out.2.c_proj", column, config.numClasses(), false);
        return new Output(features, logits.reshape(h.dim(0), config.numClasses()));
    }

    private Output spatial(Layers layers, Encoder.Result down, boolean normalized) {
        List<Value> means = Stream.concat(down.blocks().stream(), Stream.of(down.middle()))
                .map(v -> v.reduceMean(false, 2, 3))
                .toList();
        Value h = layers.linear("out.0", layers.graph().concat(1, means.toArray(Value[]::new)), SPATIAL_WIDTH);
        Value features = normalized ? layers.groupNorm("out.1", h).silu() : h.relu();
        Value logits = layers.linear(normalized ? "out.3" : "out.2", features, config.numClasses());
        return new Output(features, logits);
    }
}
