package io.adm4j.harness.training.engine;

import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** A checkpoint of {@link PlainEngine} with the weights of one and the moments of another. */
public final class JoinedState {
    private JoinedState() {}

    /**
     * Writes it.
     *
     * @param weights folder of the checkpoint whose weights count
     * @param moments folder of the one whose moments, updates and scale of the loss count
     * @param folder for the new one; exists
     * @throws io.adm4j.feedback.UserError if one is damaged or none of {@link PlainEngine}, or it cannot be written
     */
    public static void write(Path weights, Path moments, Path folder) {
        StateFiles from = StateFiles.open(moments);
        Map<String, Collection<Tensor>> arrays = new LinkedHashMap<>();
        arrays.put(
                StateFiles.WEIGHTS,
                StateFiles.open(weights).map(StateFiles.WEIGHTS).values());
        for (String name : new String[] {StateFiles.FIRST_MOMENTS, StateFiles.SECOND_MOMENTS}) {
            arrays.put(name, from.map(name).values());
        }
        StateFiles.write(folder, from.updates(), from.lgLossScale(), from.layout(), arrays);
    }
}
