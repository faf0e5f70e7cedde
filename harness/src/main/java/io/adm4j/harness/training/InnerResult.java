package io.adm4j.harness.training;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of a worker's round.
 *
 * @param metrics means over its steps by name, the loss first
 * @param seconds that it took
 */
public record InnerResult(Map<String, Double> metrics, double seconds) implements Serializable {
    public InnerResult {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
}
