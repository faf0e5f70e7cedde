package io.adm4j.runtime;

import io.adm4j.tensor.ElementType;

/**
 * An input or output of a graph.
 *
 * @param shape dimensions; -1 where any length goes
 */
public record TensorSpec(String name, ElementType type, long[] shape) {}
