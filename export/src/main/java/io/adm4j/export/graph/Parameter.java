package io.adm4j.export.graph;

/**
 * A trainable array of a graph.
 *
 * @param value its name is the name in the state dict and in checkpoints
 */
public record Parameter(Value value, Initializer initializer) {
    public String name() {
        return value.name();
    }

    public long[] shape() {
        return value.shape();
    }
}
