package io.adm4j.export.importer.vision;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * The layers of a vision transformer (Dosovitskiy et al., 2021), over tokens that follow one another: [N · tokens, width].
 *
 * @param width channels of a token, a multiple of {@link #HEAD_WIDTH}
 * @param tokens tokens of an image: the class token, then one for each patch
 * @param epsilon of the layer normalizations
 */
record Transformer(GraphBuilder graph, long width, long tokens, double epsilon) {
    /** Channels of an attention head, in all published networks that are read here. */
    private static final int HEAD_WIDTH = 64;

    Transformer {
        if (width % HEAD_WIDTH != 0) {
            throw new IllegalArgumentException(
                    "a width of " + width + " does not divide into attention heads of " + HEAD_WIDTH + " channels.");
        }
    }

    /** A parameter; it is never trained, so its initial value is of no importance. */
    static Value parameter(GraphBuilder graph, String name, long... shape) {
        return graph.parameter(name, Initializer.zeros(), shape);
    }

    Value parameter(String name, long... shape) {
        return parameter(graph, name, shape);
    }

    /**
     * The class token before those of the patches.
     *
     * @param patches [N, width, rows, columns]
     * @param classToken [width]
     * @return [N, tokens, width]
     */
    Value withClassToken(Value patches, Value classToken) {
        Value sequence = patches.reshape(GraphBuilder.BATCH, width, tokens - 1).transpose(0, 2, 1);
        Value first = classToken.reshape(1, 1, width).expandLike(sequence.slice(1, 0, 1));
        return graph.concat(1, first, sequence);
    }

    /** Tokens [N, tokens, width] one after the other. */
    Value flat(Value sequence) {
        return sequence.reshape(-tokens, width);
    }

    /** The class token of each image, [N, width]. */
    Value classToken(Value x) {
        return x.reshape(GraphBuilder.BATCH, tokens, width).slice(1, 0, 1).reshape(GraphBuilder.BATCH, width);
    }

    Value linear(String name, Value x, long out) {
        return linear(name + ".weight", name + ".bias", x, out);
    }

    Value linear(String weight, String bias, Value x, long out) {
        return x.linear(parameter(weight, out, x.dim(1)), parameter(bias, out));
    }

    Value norm(String name, Value x) {
        return graph.node(
                "LayerNormalization",
                "",
                List.of(x, parameter(name + ".weight", width), parameter(name + ".bias", width)),
                Map.of("axis", -1L, "epsilon", (float) epsilon),
                x.type(),
                x.shape());
    }

    /** Attention over the tokens of an image; queries, keys and values follow one another in [N · tokens, 3 · width]. */
    Value attend(Value qkv) {
        List<Value> parts = qkv.split(1, width, width, width).stream()
                .map(part -> part.reshape(GraphBuilder.BATCH, tokens, width))
                .toList();
        return flat(parts.get(0).attend(parts.get(1), parts.get(2), (int) (width / HEAD_WIDTH)));
    }

    /** x · Φ(x), with the normal distribution's function itself and not an approximation. */
    Value gelu(Value x) {
        return graph.node("Gelu", Node.MICROSOFT, List.of(x), Map.of(), x.type(), x.shape());
    }

    /** x · sigmoid(1.702 · x), by which OpenAI's networks approximate {@link #gelu}. */
    Value quickGelu(Value x) {
        return graph.node("QuickGelu", Node.MICROSOFT, List.of(x), Map.of("alpha", 1.702f), x.type(), x.shape());
    }
}
