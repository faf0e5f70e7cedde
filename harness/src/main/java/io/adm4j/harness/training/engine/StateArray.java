package io.adm4j.harness.training.engine;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One float32 number for each element of all parameters: they themselves, their gradients, a moment or an average.
 *
 * @param blocks [L] each, as the layout says
 */
record StateArray(StateLayout layout, List<Tensor> blocks) {

    /** The array of each parameter, by name, in order; shared memory. */
    Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        layout.places().forEach((name, place) -> {
            ByteBuffer bytes = blocks.get(place.block()).bytes();
            parameters.put(
                    name,
                    Tensor.wrap(
                            ElementType.FLOAT32,
                            bytes.slice(place.from() * Float.BYTES, place.size() * Float.BYTES),
                            place.shape()));
        });
        return parameters;
    }

    /** Copies all of another. */
    void set(StateArray other) {
        for (int i = 0; i < blocks.size(); i++) {
            blocks.get(i).bytes().put(other.blocks.get(i).bytes());
        }
    }

    /** Sets all elements to zero. */
    void clear() {
        for (Tensor block : blocks) {
            ByteBuffer bytes = block.bytes();
            while (bytes.hasRemaining()) {
                bytes.putFloat(0);
            }
        }
    }

    /** Adds another to this one, and leaves zeros there. */
    void addAndClear(StateArray other) {
        for (int i = 0; i < blocks.size(); i++) {
            FloatBuffer sums = blocks.get(i).floats();
            FloatBuffer addends = other.blocks.get(i).floats();
            for (int k = 0; k < sums.limit(); k++) {
                sums.put(k, sums.get(k) + addends.get(k));
                addends.put(k, 0);
            }
        }
    }

    /** The name of the first parameter with an element that is infinite or NaN. */
    Optional<String> notFinite() {
        return parameters().entrySet().stream()
                .filter(e -> e.getValue().firstNonFinite().isPresent())
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
