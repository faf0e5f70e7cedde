package io.adm4j.function.inference;

import java.util.List;

/** What the protocol says of a model. */
public record ModelMetadata(
        String name,
        List<String> versions,
        String platform,
        List<TensorMetadata> inputs,
        List<TensorMetadata> outputs) {}
