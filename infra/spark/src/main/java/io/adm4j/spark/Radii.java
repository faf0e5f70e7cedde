package io.adm4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Radii of the balls around the vectors of a set.
 *
 * @param groups of each group; none if distances cannot be taken
 */
record Radii(List<double[]> groups) implements Serializable {
    static final Radii NONE = new Radii(List.of());
    /** Of a group whose distances cannot be taken. */
    static final double[] UNKNOWN = {};

    Radii {
        // Spark serializes it; other lists need not be serializable.
        groups = new ArrayList<>(groups);
    }

    boolean isEmpty() {
        return groups.isEmpty();
    }

    /** Those of all groups, one after the other. */
    double[] all() {
        return groups.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
    }
}
