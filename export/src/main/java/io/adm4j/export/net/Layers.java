package io.adm4j.export.net;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * The layers of both networks, with parameters named and initialized as in the published code.
 *
 * <p>Convolutions compute in the type of their input, and their weights have that type; normalization computes in
 * float32 and returns the type of its input. So the type of the first activations is that of all ({@link
 * Precision}).
 */
final class Layers {
    private static final double EPSILON = 1e-5;

    /** Sums over an image and small differences need more than float16 has. */
    private static final ElementType NORMALIZED_IN = ElementType.FLOAT32;

    private final GraphBuilder graph;
    private final @Nullable ElementType weights;

    /** @param weights the type in which weights are stored; null for the one in which each is used */
    Layers(GraphBuilder graph, @Nullable ElementType weights) {
        this.graph = graph;
        this.weights = weights;
    }

    GraphBuilder graph() {
        return graph;
    }

    /** x [N, in] to [N, out]. */
    Value linear(String name, Value x, long out) {
        return linear(name, x, out, x.type());
    }

    /**
     * x [N, in] to [N, out], computed in the type of x.
     *
     * @param stored the type in which the weights are kept
     */
    Value linear(String name, Value x, long out, ElementType stored) {
        Initializer initializer = Initializer.fanIn(x.dim(1));
        return x.linear(
                weight(name + ".weight", stored, initializer, out, x.dim(1)).cast(x.type()),
                weight(name + ".bias", stored, initializer, out).cast(x.type()));
    }

    /** A square convolution that keeps height and width (halves them with stride 2). */
    Value conv(String name, Value x, long out, int kernel, int stride) {
        return conv(name, x, out, kernel, stride, Initializer.fanIn(x.dim(1) * kernel * kernel));
    }

    /** A convolution initialized to zero. */
    Value zeroConv(String name, Value x, long out, int kernel) {
        return conv(name, x, out, kernel, 1, Initializer.zeros());
    }

    private Value conv(String name, Value x, long out, int kernel, int stride, Initializer initializer) {
        Value weight = weight(name + ".weight", x.type(), initializer, out, x.dim(1), kernel, kernel);
        Value bias = weight(name + ".bias", x.type(), initializer, out);
        return x.conv(weight, bias, stride, kernel / 2);
    }

    /** A linear map of each position's channels, whose weight is that of a 1-d convolution. */
    Value pointwise(String name, Value x, long out, boolean zero) {
        Initializer initializer = zero ? Initializer.zeros() : Initializer.fanIn(x.dim(1));
        Value weight = weight(name + ".weight", x.type(), initializer, out, x.dim(1), 1);
        Value bias = weight(name + ".bias", x.type(), initializer, out);
        return x.conv(weight.reshape(out, x.dim(1), 1, 1), bias, 1, 0);
    }

    /** Group normalization of [N, C, H, W] or [N, C]. */
    Value groupNorm(String name, Value x) {
        long[] perChannel = x.rank() == 4 ? new long[] {1, x.dim(1), 1, 1} : new long[] {1, x.dim(1)};
        Value gamma = gamma(name, x.dim(1)).reshape(perChannel);
        Value beta = beta(name, x.dim(1)).reshape(perChannel);
        return normalized(x).mul(gamma).add(beta).cast(x.type());
    }

    /**
     * Group normalization followed by h·(1 + scale) + shift. Both affine maps become one, computed on [N, C], so that the
     * activations are read once.
     *
     * @param scale [N, C]
     * @param shift [N, C]
     */
    Value scaleShiftNorm(String name, Value x, Value scale, Value shift) {
        long channels = x.dim(1);
        Value factor = scale.add(1);
        Value a = gamma(name, channels).mul(factor);
        Value b = beta(name, channels).mul(factor).add(shift);
        return normalized(x)
                .mul(a.reshape(scale.dim(0), channels, 1, 1))
                .add(b.reshape(scale.dim(0), channels, 1, 1))
                .cast(x.type());
    }

    /** A parameter, in a type. */
    private Value weight(String name, ElementType type, Initializer initializer, long... shape) {
        return weights == null
                ? graph.parameter(name, type, initializer, shape)
                : graph.parameter(name, weights, initializer, shape).cast(type);
    }

    private Value gamma(String name, long channels) {
        return graph.parameter(name + ".weight", Initializer.ones(), channels);
    }

    private Value beta(String name, long channels) {
        return graph.parameter(name + ".bias", Initializer.zeros(), channels);
    }

    private static Value normalized(Value x) {
        long[] shape = x.shape();
        long perGroup = shape[1] / Levels.GROUPS;
        for (int i = 2; i < shape.length; i++) {
            perGroup *= shape[i];
        }
        return x.cast(NORMALIZED_IN)
                .reshape(shape[0], Levels.GROUPS, perGroup)
                .normalizeGroups(EPSILON)
                .reshape(shape);
    }
}
