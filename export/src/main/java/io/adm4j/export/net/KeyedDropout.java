package io.adm4j.export.net;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Dropout by multiplicative hashing in plain operators: element i of an example with key k is dropped where the
 * fractional part of k·a(i) is below the rate, for fixed random a(i) in [1, 2).
 *
 * <p>ONNX's own random operators keep their state in the session, so a resumed training could not continue it.
 */
final class KeyedDropout implements Dropout {
    private static final long PHASE_SEED = 20210511;

    private final Value keys;
    private int layer;

    KeyedDropout(Value keys) {
        this.keys = keys;
    }

    @Override
    public Value apply(Value activations, double rate) {
        if (layer >= keys.dim(1)) {
            throw new IllegalArgumentException(
                    "The dropout keys are for " + keys.dim(1) + " layers, but the network has more.");
        }
        Value key = keys.slice(1, layer, layer + 1);
        layer++;
        if (rate == 0) {
            return activations;
        }
        GraphBuilder graph = activations.graph();
        long[] shape = activations.shape();
        Value turns = key.mul(graph.constant(phases((int) (shape[1] * shape[2] * shape[3]))));
        Value whole = graph.node("Floor", "", List.of(turns), Map.of(), turns.type(), turns.shape());
        Value mask = turns.sub(whole).less(graph.scalar(rate)).where(graph.scalar(0), graph.scalar(1 / (1 - rate)));
        return activations.mul(mask.cast(activations.type()).reshape(shape));
    }

    /** a(i) in [1, 2), the same in every graph. */
    private static Tensor phases(int length) {
        SplittableRandom random = new SplittableRandom(PHASE_SEED);
        float[] phases = new float[length];
        for (int i = 0; i < length; i++) {
            phases[i] = 1 + random.nextInt(1 << 23) * 0x1p-23f;
        }
        return Tensor.of(phases, 1, length);
    }
}
