package io.adm4j.harness.training.engine;

import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each parameter is in flat arrays that are split into blocks. A parameter is in one block; the blocks one after
 * another, without gaps, are the array.
 *
 * @param places by name, in order
 * @param blockElements length of each block
 */
record StateLayout(Map<String, Place> places, List<Integer> blockElements) {
    /** Elements of a block, unless a parameter has more. */
    private static final int BLOCK = 1 << 24;

    /**
     * Where a parameter is.
     *
     * @param block number of its block
     * @param from first element within the block
     */
    record Place(long[] shape, int block, int from) {
        int size() {
            return Math.toIntExact(Tensor.elements(shape));
        }
    }

    /** @param shapes by name, in order */
    static StateLayout of(Map<String, long[]> shapes) {
        Map<String, Place> places = new LinkedHashMap<>();
        List<Integer> blocks = new ArrayList<>();
        int used = 0;
        for (Map.Entry<String, long[]> parameter : shapes.entrySet()) {
            int size = Math.toIntExact(Tensor.elements(parameter.getValue()));
            if (used > 0 && used + (long) size > BLOCK) {
                blocks.add(used);
                used = 0;
            }
            places.put(parameter.getKey(), new Place(parameter.getValue(), blocks.size(), used));
            used += size;
        }
        if (used > 0) {
            blocks.add(used);
        }
        return new StateLayout(places, blocks);
    }

    /** Elements of the largest block. */
    int largestBlock() {
        return blockElements.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** Elements of all blocks. */
    long elements() {
        return blockElements.stream().mapToLong(Integer::longValue).sum();
    }

    /** Whether another has the same parameters in the same order. */
    boolean fits(StateLayout other) {
        return List.copyOf(places.keySet()).equals(List.copyOf(other.places.keySet()))
                && places.entrySet().stream()
                        .allMatch(e -> Arrays.equals(e.getValue().shape, other.places.get(e.getKey()).shape));
    }
}
