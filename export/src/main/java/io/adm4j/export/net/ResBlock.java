package io.adm4j.export.net;

import io.adm4j.export.graph.Value;
import java.util.List;

/**
 * The residual block of both networks.
 *
 * @param embedding activated time (and label) embedding, [N, D]
 */
record ResBlock(Layers layers, Value embedding, boolean scaleShiftNorm, Dropout dropout, double dropoutRate) {

    /** What a block does to height and width. */
    enum Resample {
        KEEP,
        HALVE,
        DOUBLE;

        Value apply(Value x) {
            return switch (this) {
                case KEEP -> x;
                case HALVE -> x.averagePool2();
                case DOUBLE -> x.upsampleNearest2();
            };
        }
    }

    /** x [N, in, H, W] to [N, out, H', W']. */
    Value apply(String name, Value x, int out, Resample resample) {
        return layers.graph().block(() -> content(name, x, out, resample));
    }

    private Value content(String name, Value x, int out, Resample resample) {
        Value h = resample.apply(layers.groupNorm(name + ".in_layers.0", x).silu());
        Value skip = resample.apply(x);
        h = layers.conv(name + ".in_layers.2", h, out, 3, 1);
        h = conditioned(name, h, out).silu();
        h = layers.zeroConv(name + ".out_layers.3", dropout.apply(h, dropoutRate), out, 3);
        if (x.dim(1) != out) {
            skip = layers.conv(name + ".skip_connection", skip, out, 1, 1);
        }
        return skip.add(h);
    }

    private Value conditioned(String name, Value h, int out) {
        String norm = name + ".out_layers.0";
        if (scaleShiftNorm) {
            List<Value> parts = layers.linear(name + ".emb_layers.1", embedding, 2L * out, h.type())
                    .split(1, out, out);
            return layers.scaleShiftNorm(norm, h, parts.get(0), parts.get(1));
        }
        Value shift =
                layers.linear(name + ".emb_layers.1", embedding, out, h.type()).cast(h.type());
        return layers.groupNorm(norm, h.add(shift.reshape(embedding.dim(0), out, 1, 1)));
    }
}
