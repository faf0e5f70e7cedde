package io.adm4j.export.importer.vision;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.export.importer.CheckpointException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * DINOv2's vision transformers without registers (Oquab et al., 2023), whose normalized class token is the feature of FD-DINOv2
 * (Stein et al., 2023). As published there, images are resized to 224x224 by Pillow's bicubic filter and normalized as
 * ImageNet's.
 */
final class DinoV2 {
    private static final int SIZE = 224;
    private static final double EPSILON = 1e-6;

    /** Added to the new grid's side before it is divided by the old one's, so that rounding loses no row; it shifts all places. */
    private static final double OFFSET = 0.1;

    private static final Preprocessing PREPROCESSING =
            new Preprocessing(SIZE, "bicubic-antialias", Preprocessing.Normalization.imageNet());
    private static final String PATCHES = "patch_embed.proj";
    private static final Map<Long, String> SIZES = Map.of(384L, "S", 768L, "B", 1024L, "L", 1536L, "g");

    private final GraphBuilder graph = new GraphBuilder();
    private final Shapes shapes;
    private final long width;
    private final int patch;
    private final Transformer layers;

    private DinoV2(Shapes shapes) {
        this.shapes = shapes;
        this.width = shapes.dim("cls_token", 2);
        this.patch = (int) Math.min(SIZE + 1, shapes.dim(PATCHES + ".weight", 3));
        if (SIZE % patch != 0) {
            throw new IllegalArgumentException(SIZE + " pixels do not divide into patches of " + patch + ".");
        }
        int side = SIZE / patch;
        this.layers = new Transformer(graph, width, (long) side * side + 1, EPSILON);
    }

    /**
     * The network of these tensors.
     *
     * @return empty if they are not DINOv2's
     * @throws CheckpointException if they have registers
     * @throws IllegalArgumentException if their shapes do not fit one another
     */
    static Optional<VisionNetwork> in(Map<String, List<Long>> tensors) {
        Shapes shapes = new Shapes(tensors);
        if (!shapes.has("cls_token") || !shapes.has(PATCHES + ".weight") || !shapes.has("blocks.0.ls1.gamma")) {
            return Optional.empty();
        }
        if (shapes.has("register_tokens") || shapes.has("reg_token")) {
            throw new CheckpointException(
                    "These are the weights of a DINOv2 with registers, and FD-DINOv2 is defined by the"
                            + " networks without: take dinov2_vitl14_pretrain.pth, not dinov2_vitl14_reg4_pretrain.pth.");
        }
        return Optional.of(new DinoV2(shapes).network());
    }

    private VisionNetwork network() {
        Value x = PREPROCESSING.input(graph);
        Value kernels = layers.parameter(PATCHES + ".weight", width, 3, patch, patch);
        Value patches = x.conv(kernels, layers.parameter(PATCHES + ".bias", width), patch, 0);
        Value h = layers.flat(layers.withClassToken(patches, layers.parameter("cls_token", 1, 1, width))
                .add(positions()));
        int depth = shapes.count("blocks.%d.norm1.weight");
        for (int i = 0; i < depth; i++) {
            h = block("blocks." + i, h);
        }
        Value features = layers.classToken(layers.norm("norm", h));
        String size = SIZES.getOrDefault(width, "(" + width + ")");
        return VisionNetwork.of("DINOv2 ViT-" + size + "/" + patch, PREPROCESSING, graph, features);
    }

    /** The learned positions, interpolated from the grid of the training's images, [1, tokens, width]. */
    private Value positions() {
        long learned = shapes.dim("pos_embed", 1);
        int from = Shapes.grid(learned);
        int to = SIZE / patch;
        Value all = layers.parameter("pos_embed", 1, learned, width);
        if (from == to) {
            return all;
        }
        Value matrix = graph.constant(Bicubic.matrix(from, to, from / (to + OFFSET)));
        // Rows first, then columns; the runtime does it once, when it loads the graph.
        Value grid = matrix.matmul(all.slice(1, 1, learned).reshape(from, from * width))
                .reshape(to, from, width);
        return graph.concat(1, all.slice(1, 0, 1), matrix.matmul(grid).reshape(1, (long) to * to, width));
    }

    private Value block(String name, Value x) {
        Value qkv = layers.linear(name + ".attn.qkv", layers.norm(name + ".norm1", x), 3 * width);
        Value attended = layers.linear(name + ".attn.proj", layers.attend(qkv), width);
        Value h = x.add(attended.mul(layers.parameter(name + ".ls1.gamma", width)));
        Value forward = forward(name + ".mlp", layers.norm(name + ".norm2", h));
        return h.add(forward.mul(layers.parameter(name + ".ls2.gamma", width)));
    }

    /** Two layers with GELU, or in the largest network SwiGLU: half of the first layer's channels are gates of the others. */
    private Value forward(String name, Value x) {
        if (!shapes.has(name + ".w12.weight")) {
            long hidden = shapes.dim(name + ".fc1.weight", 0);
            return layers.linear(name + ".fc2", layers.gelu(layers.linear(name + ".fc1", x, hidden)), width);
        }
        long hidden = shapes.dim(name + ".w3.weight", 1);
        List<Value> halves = layers.linear(name + ".w12", x, 2 * hidden).split(1, hidden, hidden);
        return layers.linear(name + ".w3", halves.get(0).silu().mul(halves.get(1)), width);
    }
}
