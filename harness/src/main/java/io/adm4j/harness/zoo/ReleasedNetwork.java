package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * One network of a released model.
 *
 * @param path of its state dict below the publisher's folder
 * @param flags its published flags
 * @param definition gives the network's parameters, in the order of the state dict, for the flags
 */
public record ReleasedNetwork(String path, ObjectNode flags, Function<ObjectNode, List<Parameter>> definition) {
    private static final int BYTES = Float.BYTES;

    /** The flags, which the caller may change. */
    @Override
    public ObjectNode flags() {
        return flags.deepCopy();
    }

    /** Names and shapes of its weights. */
    public List<Parameter> parameters() {
        return definition.apply(flags);
    }

    /** Number of its weights. */
    public long parameterCount() {
        return parameters().stream()
                .mapToLong(p -> Arrays.stream(p.shape()).reduce(1, Math::multiplyExact))
                .sum();
    }

    /** Approximate size of its file in bytes: the published state dicts hold float32. */
    public long approximateBytes() {
        return parameterCount() * BYTES;
    }
}
