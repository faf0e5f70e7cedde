package io.adm4j.export.importer.vision;

import java.util.List;
import java.util.Map;

/** The shapes of a checkpoint's tensors by name, from which a network's dimensions follow. */
record Shapes(Map<String, List<Long>> byName) {

    boolean has(String name) {
        return byName.containsKey(name);
    }

    /**
     * A dimension of a tensor.
     *
     * @throws IllegalArgumentException if there is no such tensor or dimension, or it is not positive
     */
    long dim(String name, int axis) {
        List<Long> shape = byName.get(name);
        if (shape == null) {
            throw new IllegalArgumentException("'" + name + "' is missing.");
        }
        if (axis >= shape.size() || shape.get(axis) < 1) {
            throw new IllegalArgumentException("'" + name + "' has shape " + shape + ".");
        }
        return shape.get(axis);
    }

    /** How many blocks there are: tensors of this name with numbers from 0 on in place of {@code %d}. */
    int count(String pattern) {
        int count = 0;
        while (byName.containsKey(String.format(pattern, count))) {
            count++;
        }
        return count;
    }

    /**
     * The side of the square of patches that have a position embedding.
     *
     * @param positions with that of the class token
     * @throws IllegalArgumentException if they form no square
     */
    static int grid(long positions) {
        int side = (int) Math.round(Math.sqrt(positions - 1));
        if (side < 1 || (long) side * side != positions - 1) {
            throw new IllegalArgumentException(
                    "the position embedding has " + positions + " positions, which is no square and one more.");
        }
        return side;
    }
}
