package io.adm4j.export.net;

import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.Value;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import java.util.List;

/** Self-attention over the positions of an image, and the attention pool. */
final class Attention {
    /** Positions from which the fused operator is faster, as measured; it knows only float32 on a CPU. */
    private static final long LONG = 256;

    private Attention() {}

    /**
     * Number of heads for a width.
     *
     * @throws UserError if the width does not divide
     */
    static int heads(long channels, int numHeads, int numHeadChannels) {
        long heads = numHeadChannels == -1 ? numHeads : numHeadChannels < 1 ? 0 : channels / numHeadChannels;
        if (heads < 1 || channels % heads != 0 || numHeadChannels != -1 && channels % numHeadChannels != 0) {
            throw new UserError("Attention over " + channels + " channels does not divide into "
                    + (numHeadChannels == -1
                            ? numHeads + " heads (num_heads)"
                            : "heads of " + numHeadChannels + " channels (num_head_channels)")
                    + ".");
        }
        return (int) heads;
    }

    /** x plus attention over its positions; [N, C, H, W]. */
    static Value block(Layers layers, String name, Value x, int heads, boolean newOrder) {
        return layers.graph().block(() -> content(layers, name, x, heads, newOrder));
    }

    private static Value content(Layers layers, String name, Value x, int heads, boolean newOrder) {
        long[] shape = x.shape();
        Value qkv = layers.pointwise(name + ".qkv", layers.groupNorm(name + ".norm", x), 3 * shape[1], false);
        if (x.type() == ElementType.FLOAT32 && shape[2] * shape[3] >= LONG) {
            return x.add(layers.pointwise(name + ".proj_out", fused(qkv, heads, newOrder), shape[1], true));
        }
        List<Value> parts = newOrder ? splitThenHeads(qkv, heads) : headsThenSplit(qkv, heads);
        Value mixed = attend(parts.get(0), parts.get(1), parts.get(2)).reshape(shape);
        return x.add(layers.pointwise(name + ".proj_out", mixed, shape[1], true));
    }

    /**
     * The mean position, after attending to all positions; the input of the pool's output layer.
     *
     * <p>The published code computes all positions and keeps the first; here only the first has a query.
     *
     * @return [N, C]
     */
    static Value pool(Layers layers, String name, Value x, int headChannels) {
        long n = x.dim(0);
        long c = x.dim(1);
        long tokens = x.dim(2) * x.dim(3) + 1;
        Value flat = x.reshape(n, c, tokens - 1);
        Value position = layers.graph()
                .parameter(name + ".positional_embedding", new Initializer.Normal(1 / Math.sqrt(c)), c, tokens);
        Value all = layers.graph()
                .concat(2, flat.reduceMean(true, 2), flat)
                .add(position.reshape(1, c, tokens).cast(x.type()));
        Value qkv = layers.pointwise(name + ".qkv_proj", all.reshape(n, c, 1, tokens), 3 * c, false);
        List<Value> parts = splitThenHeads(qkv, heads(c, 1, headChannels));
        return attend(parts.get(0).slice(3, 0, 1), parts.get(1), parts.get(2)).reshape(n, c);
    }

    /** All heads by one operator, which never has all weights in memory; channels last, as that operator takes them. */
    private static Value fused(Value qkv, int heads, boolean newOrder) {
        long n = qkv.dim(0);
        long c = qkv.dim(1) / 3;
        long h = qkv.dim(2);
        long w = qkv.dim(3);
        Value last = qkv.transpose(0, 2, 3, 1);
        List<Value> parts = newOrder
                ? last.reshape(n, h * w, 3 * c).split(2, c, c, c)
                : last.reshape(n, h * w, heads, 3 * c / heads).split(3, c / heads, c / heads, c / heads).stream()
                        .map(v -> v.reshape(n, h * w, c))
                        .toList();
        return parts.get(0)
                .attend(parts.get(1), parts.get(2), heads)
                .reshape(n, h, w, c)
                .transpose(0, 3, 1, 2);
    }

    /** Queries, keys and values follow one another, each with all heads: three of [N, heads, C/heads, T]. */
    private static List<Value> splitThenHeads(Value qkv, int heads) {
        long c = qkv.dim(1) / 3;
        long tokens = qkv.dim(2) * qkv.dim(3);
        return qkv.split(1, c, c, c).stream()
                .map(v -> v.reshape(qkv.dim(0), heads, c / heads, tokens))
                .toList();
    }

    /** Each head has its queries, keys and values together: three of [N, heads, C/heads, T]. */
    private static List<Value> headsThenSplit(Value qkv, int heads) {
        long perHead = qkv.dim(1) / 3 / heads;
        return qkv.reshape(qkv.dim(0), heads, 3 * perHead, qkv.dim(2) * qkv.dim(3))
                .split(2, perHead, perHead, perHead);
    }

    /** v · softmax(qᵀk / √channels)ᵀ; the softmax in float32. */
    private static Value attend(Value q, Value k, Value v) {
        Value products = q.matmul(k, true, false, 1 / Math.sqrt(q.dim(2)));
        Value weights = products.cast(ElementType.FLOAT32).softmax().cast(v.type());
        return v.matmul(weights, false, true, 1);
    }
}
