package io.adm4j.function.inference;

import java.util.List;

/**
 * A tensor of the model, as the protocol describes it.
 *
 * @param shape sizes; -1 for one that varies
 */
public record TensorMetadata(String name, String datatype, List<Long> shape) {}
