package io.adm4j.export.net;

import io.adm4j.export.graph.Value;

/** What a dropout layer of the networks does to its activations. */
@FunctionalInterface
public interface Dropout {

    /**
     * Activations with some set to zero and the others scaled up, so that the mean stays.
     *
     * @param rate probability of a zero, in [0, 1)
     */
    Value apply(Value activations, double rate);

    /** No dropout: inference. */
    static Dropout none() {
        return (activations, rate) -> activations;
    }

    /**
     * Dropout for training: what is dropped follows from one key for each example and layer, so that a run with the same
     * keys drops the same, on any device and in any batch. It serves one network.
     *
     * @param keys float32 [N, {@link AdmUNet#dropoutLayers()}], fed from {@link DropoutKeys#of}
     */
    static Dropout keyed(Value keys) {
        return new KeyedDropout(keys);
    }
}
