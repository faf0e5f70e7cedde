package io.adm4j.harness.training.engine;

import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The state that workers share, in memory, to be changed and saved as another checkpoint: weights, moving averages and the momentum of
 * the outer optimizer. Saved without AdamW's moments, which each worker has for itself, so with no updates done.
 */
public final class GlobalState {
    private static final String VELOCITY = "outer_momentum";

    private final List<Double> emaRates;
    private final StateArray weights;
    private final StateArray velocity;
    private final List<StateArray> averages;

    private GlobalState(List<Double> emaRates, List<StateArray> arrays) {
        this.emaRates = List.copyOf(emaRates);
        this.weights = arrays.get(0);
        this.velocity = arrays.get(1);
        this.averages = arrays.subList(2, arrays.size());
    }

    /**
     * Reads a checkpoint into memory of its own. A momentum that it lacks is zero, and an average that it lacks equals the weights.
     *
     * @param scratch folder for a temporary file; exists
     * @throws io.adm4j.feedback.UserError if it is damaged or none of {@link PlainEngine}
     */
    public static GlobalState read(Path checkpoint, List<Double> emaRates, Path scratch) {
        StateFiles files = StateFiles.open(checkpoint);
        GlobalState state =
                new GlobalState(emaRates, new StateMemory(scratch).zeros(files.layout(), 2 + emaRates.size()));
        files.read(StateFiles.WEIGHTS, state.weights);
        if (files.has(VELOCITY)) {
            files.read(VELOCITY, state.velocity);
        }
        for (int i = 0; i < emaRates.size(); i++) {
            String name = StateFiles.average(emaRates.get(i));
            if (files.has(name)) {
                files.read(name, state.averages.get(i));
            } else {
                state.averages.get(i).set(state.weights);
            }
        }
        return state;
    }

    /** The weights by name; shared memory. */
    public Map<String, Tensor> weights() {
        return weights.parameters();
    }

    /** The momentum by the names of the parameters; shared memory. */
    public Map<String, Tensor> velocity() {
        return velocity.parameters();
    }

    /** The moving averages of one of the rates, by the names of the parameters; shared memory. */
    public Map<String, Tensor> average(double rate) {
        return averages.get(emaRates.indexOf(rate)).parameters();
    }

    /** The name of the first parameter, average or momentum with an element that is infinite or NaN. */
    public Optional<String> notFinite() {
        List<StateArray> all = new ArrayList<>(List.of(weights, velocity));
        all.addAll(averages);
        return all.stream().flatMap(array -> array.notFinite().stream()).findFirst();
    }

    /**
     * Writes a checkpoint.
     *
     * @param folder exists
     * @throws io.adm4j.feedback.UserError if a file cannot be written
     */
    public void write(Path folder) {
        Map<String, Collection<Tensor>> arrays = new LinkedHashMap<>();
        arrays.put(StateFiles.WEIGHTS, weights.blocks());
        arrays.put(VELOCITY, velocity.blocks());
        for (int i = 0; i < emaRates.size(); i++) {
            arrays.put(StateFiles.average(emaRates.get(i)), averages.get(i).blocks());
        }
        StateFiles.write(folder, 0, OptionalDouble.empty(), weights.layout(), arrays);
    }
}
