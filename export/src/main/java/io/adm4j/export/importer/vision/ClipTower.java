package io.adm4j.export.importer.vision;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.export.importer.CheckpointException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The image tower of OpenAI's CLIP with a vision transformer (Radford et al., 2021). Its features are image embeddings before they
 * are normalized to length 1. As published, the shorter side is resized to the network's size by Pillow's bicubic filter, and the
 * center is taken.
 */
final class ClipTower {
    private static final double EPSILON = 1e-5;

    /** Wider towers are others' and have wider heads and another activation, which names and shapes do not tell. */
    private static final int WIDEST = 1024;

    private static final Map<Long, String> SIZES = Map.of(768L, "B", 1024L, "L");
    private static final String CLASS = "visual.class_embedding";
    private static final String PATCHES = "visual.conv1.weight";
    private static final String BLOCK = "visual.transformer.resblocks.";

    private final GraphBuilder graph = new GraphBuilder();
    private final Shapes shapes;
    private final long width;
    private final int patch;
    private final int size;
    private final Transformer layers;

    private ClipTower(Shapes shapes) {
        this.shapes = shapes;
        this.width = shapes.dim(CLASS, 0);
        this.patch = (int) shapes.dim(PATCHES, 3);
        long positions = shapes.dim("visual.positional_embedding", 0);
        this.size = Math.multiplyExact(patch, Shapes.grid(positions));
        this.layers = new Transformer(graph, width, positions, EPSILON);
    }

    /**
     * The network of these tensors.
     *
     * @return empty if they are not CLIP's
     * @throws CheckpointException if they are of a network that OpenAI did not publish
     * @throws IllegalArgumentException if their shapes do not fit one another
     */
    static Optional<VisionNetwork> in(Map<String, List<Long>> tensors) {
        Shapes shapes = new Shapes(tensors);
        if (shapes.has("visual.attnpool.c_proj.weight")) {
            throw new CheckpointException(
                    "These are the weights of a CLIP with a ResNet: take one with a vision transformer, such as ViT-B-32.pt.");
        }
        if (!shapes.has(CLASS) || !shapes.has(PATCHES)) {
            return Optional.empty();
        }
        if (shapes.dim(CLASS, 0) > WIDEST) {
            throw new CheckpointException("These are the weights of a CLIP of width " + shapes.dim(CLASS, 0)
                    + ", and only OpenAI's are read, which have at most " + WIDEST + ": ViT-B-32.pt or ViT-L-14.pt.");
        }
        return Optional.of(new ClipTower(shapes).network());
    }

    private VisionNetwork network() {
        Preprocessing preprocessing =
                new Preprocessing(size, "bicubic-antialias-crop", Preprocessing.Normalization.clip());
        Value x = preprocessing.input(graph);
        Value patches = x.conv(layers.parameter(PATCHES, width, 3, patch, patch), null, patch, 0);
        Value positions = layers.parameter("visual.positional_embedding", layers.tokens(), width);
        Value tokens = layers.withClassToken(patches, layers.parameter(CLASS, width))
                .add(positions.reshape(1, layers.tokens(), width));
        Value h = layers.norm("visual.ln_pre", layers.flat(tokens));
        int depth = shapes.count(BLOCK + "%d.ln_1.weight");
        for (int i = 0; i < depth; i++) {
            h = block(BLOCK + i, h);
        }
        Value pooled = layers.norm("visual.ln_post", layers.classToken(h));
        Value features = pooled.matmul(layers.parameter("visual.proj", width, shapes.dim("visual.proj", 1)));
        String name = "CLIP ViT-" + SIZES.getOrDefault(width, "(" + width + ")") + "/" + patch
                + (size == 224 ? "" : " at " + size + "x" + size);
        return VisionNetwork.of(name, preprocessing, graph, features);
    }

    private Value block(String name, Value x) {
        Value qkv = layers.linear(
                name + ".attn.in_proj_weight", name + ".attn.in_proj_bias", layers.norm(name + ".ln_1", x), 3 * width);
        Value h = x.add(layers.linear(name + ".attn.out_proj", layers.attend(qkv), width));
        Value hidden = layers.linear(
                name + ".mlp.c_fc", layers.norm(name + ".ln_2", h), shapes.dim(name + ".mlp.c_fc.weight", 0));
        return h.add(layers.linear(name + ".mlp.c_proj", layers.quickGelu(hidden), width));
    }
}
