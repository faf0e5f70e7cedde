package io.adm4j.harness.bench.soak;

import java.util.Map;
import java.util.TreeMap;

/** How often each thing happened. May be used from several threads at once. */
final class SoakCounts {
    private final Map<String, Long> counts = new TreeMap<>();

    synchronized void add(String what, long times) {
        counts.merge(what, times, Long::sum);
    }

    /** By name; a copy. */
    synchronized Map<String, Long> all() {
        return new TreeMap<>(counts);
    }
}
