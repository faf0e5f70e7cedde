package io.adm4j.export.recipe;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;

/** The inputs that the recipes have in common, each with the batch as its first dimension. */
final class GraphInputs {
    private GraphInputs() {}

    /** float32 [N, channels, size, size]. */
    static Value images(GraphBuilder graph, String name, int channels, int size) {
        return graph.input(name, ElementType.FLOAT32, GraphBuilder.BATCH, channels, size, size);
    }

    /** {@code t}: original timestep numbers, float32 [N]. */
    static Value timesteps(GraphBuilder graph) {
        return graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
    }

    /** {@code y}: labels, int64 [N]. */
    static Value labels(GraphBuilder graph) {
        return graph.input("y", ElementType.INT64, GraphBuilder.BATCH);
    }
}
