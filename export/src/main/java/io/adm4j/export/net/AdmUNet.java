package io.adm4j.export.net;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.ResBlock.Resample;
import io.adm4j.tensor.ElementType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The denoising UNet of "Diffusion Models Beat GANs on Image Synthesis" (section 3, appendix H), also as the
 * super-resolution network that sees a small image beside the noisy one.
 *
 * <p>One definition serves inference, gradient and training graphs. Parameters are named as in the published state dicts.
 */
public final class AdmUNet {
    private final UNetConfig config;
    private final Precision precision;
    private final boolean masterWeights;

    /** A network in float32. */
    public AdmUNet(UNetConfig config) {
        this(config, Precision.FP32);
    }

    public AdmUNet(UNetConfig config, Precision precision) {
        this(config, precision, false);
    }

    private AdmUNet(UNetConfig config, Precision precision, boolean masterWeights) {
        this.config = config;
        this.precision = precision;
        this.masterWeights = masterWeights;
    }

    /** A network that computes in a precision, of weights that are kept in float32. */
    public static AdmUNet withMasterWeights(UNetConfig config, Precision precision) {
        return new AdmUNet(config, precision, true);
    }

    public UNetConfig config() {
        return config;
    }

    /** Adds a network without super-resolution to a graph; see {@link #build(GraphBuilder, Value, Value, Value, Value, Dropout)}. */
    public Value build(GraphBuilder graph, Value x, Value t, @Nullable Value y, Dropout dropout) {
        return build(graph, x, t, y, null, dropout);
    }

    /**
     * Adds the network to a graph. Inputs and output are float32 in either precision.
     *
     * @param x noisy images, float [N, C, H, W]
     * @param t original timestep numbers, float [N]
     * @param y labels, int64 [N]; null where the network is not class-conditional
     * @param lowRes small images, float [N, C, h, w]; null where the network is no super-resolution network
     * @return [N, C or 2C, H, W]: the predicted noise and, where learned, the variance interpolation
     * @throws IllegalArgumentException if an input is missing, too many or of a wrong shape
     */
    public Value build(
            GraphBuilder graph, Value x, Value t, @Nullable Value y, @Nullable Value lowRes, Dropout dropout) {
        checkInputs(x, y, lowRes);
        Layers layers = new Layers(graph, masterWeights ? ElementType.FLOAT32 : precision.stored());
        Value embedding = TimeEmbedding.of(layers, t, config.numChannels());
        if (config.classConditional()) {
            Value table = graph.parameter(
                    "label_emb.weight", new Initializer.Normal(1), config.numClasses(), 4L * config.numChannels());
            embedding = embedding.add(table.gather(Objects.requireNonNull(y)));
        }
        // Every block activates the same embedding first: done once.
        ResBlock block = new ResBlock(layers, embedding.silu(), config.scaleShiftNorm(), dropout, config.dropout());
        Value in = config.superResolution()
                ? graph.concat(
                        1, x, Objects.requireNonNull(lowRes).upsampleBilinear(config.imageSize() / config.smallSize()))
                : x;
        Encoder.Result down = encoder(layers, block).apply(in.cast(precision.torso()));
        Value h = up(layers, block, down).cast(x.type());
        h = layers.groupNorm("out.0", h).silu();
        return layers.zeroConv("out.2", h, config.outChannels(), 3);
    }

    /** Number of dropout layers: one in each residual block. */
    public int dropoutLayers() {
        int levels = config.channelMult().size();
        int resampling = config.resblockUpDown() ? 2 * (levels - 1) : 0;
        return levels * (2 * config.numResBlocks() + 1) + 2 + resampling;
    }

    private Encoder encoder(Layers layers, ResBlock block) {
        return new Encoder(
                layers,
                block,
                config.channelMult().size(),
                config.numResBlocks(),
                config::width,
                config::attendsAt,
                channels -> Attention.heads(channels, config.numHeads(), config.numHeadChannels()),
                config.newAttentionOrder(),
                config.resblockUpDown());
    }

    private Value up(Layers layers, ResBlock block, Encoder.Result down) {
        Deque<Value> skips = new ArrayDeque<>();
        down.blocks().forEach(skips::push);
        int heads = config.numHeadsUpsample() == -1 ? config.numHeads() : config.numHeadsUpsample();
        Value h = down.middle();
        int number = 0;
        for (int level = config.channelMult().size() - 1; level >= 0; level--) {
            int channels = config.width(level);
            for (int i = 0; i <= config.numResBlocks(); i++) {
                String name = "output_blocks." + number++ + ".";
                int part = 0;
                h = layers.graph().concat(1, h, skips.pop());
                h = block.apply(name + part++, h, channels, Resample.KEEP);
                if (config.attendsAt(1 << level)) {
                    int n = Attention.heads(channels, heads, config.numHeadChannels());
                    h = Attention.block(layers, name + part++, h, n, config.newAttentionOrder());
                }
                if (level > 0 && i == config.numResBlocks()) {
                    h = config.resblockUpDown()
                            ? block.apply(name + part, h, channels, Resample.DOUBLE)
                            : layers.conv(name + part + ".conv", h.upsampleNearest2(), channels, 3, 1);
                }
            }
        }
        return h;
    }

    private void checkInputs(Value x, @Nullable Value y, @Nullable Value lowRes) {
        Inputs.checkImages("x", x, config.inChannels(), config.imageSize());
        if (config.classConditional() != (y != null)) {
            throw new IllegalArgumentException(
                    config.classConditional()
                            ? "The network is class-conditional: it needs the input y."
                            : "The network is not class-conditional: it takes no input y.");
        }
        if (config.superResolution() != (lowRes != null)) {
            throw new IllegalArgumentException(
                    config.superResolution()
                            ? "The network is a super-resolution network: it needs the input low_res."
                            : "The network is no super-resolution network: it takes no input low_res.");
        }
        if (lowRes != null) {
            Inputs.checkImages("low_res", lowRes, config.inChannels(), config.smallSize());
        }
    }
}
