package io.adm4j.export.net;

import io.adm4j.export.graph.Value;

/** What becomes of activations where the networks have a dropout layer. */
@FunctionalInterface
public interface Dropout {

    /** Some activations set to zero, the others scaled to keep the mean. */
    Value apply(Value activations, double rate);

    /** No dropout: inference. */
    static Dropout none() {
        return (activations, rate) -> activations;
    }
}
