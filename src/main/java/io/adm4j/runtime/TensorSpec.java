package io.adm4j.runtime;

import io.adm4j.tensor.ElementType;

/**
 * An input or output of a graph.
 *
 * @param name unique within the graph
 * @param shape lengths of the dimensions; -1 for a dimension of any length
 */
public record TensorSpec(String name, ElementType type, long[] shape) {}
