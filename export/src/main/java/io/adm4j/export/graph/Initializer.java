package io.adm4j.export.graph;

/** The distribution of a parameter before training. */
public sealed interface Initializer {

    /** All elements equal. */
    record Constant(float value) implements Initializer {}

    /** Uniform in [-bound, bound]. */
    record Uniform(double bound) implements Initializer {}

    /** Normal with mean 0. */
    record Normal(double standardDeviation) implements Initializer {}

    static Initializer zeros() {
        return new Constant(0);
    }

    static Initializer ones() {
        return new Constant(1);
    }

    /** PyTorch's default for the weights and the bias of convolutions and linear layers: bound 1/sqrt(fanIn). */
    static Initializer fanIn(long fanIn) {
        return new Uniform(1 / Math.sqrt(fanIn));
    }
}
