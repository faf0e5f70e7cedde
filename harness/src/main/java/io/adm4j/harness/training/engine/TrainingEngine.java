package io.adm4j.harness.training.engine;

import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Holds the parameters of a network, their gradients, AdamW's moments and the moving averages, and takes steps with them.
 *
 * <p>Not safe for use by several threads.
 */
public interface TrainingEngine extends AutoCloseable {
    /**
     * Runs forward and backward and adds to the gradients that the next {@link #update} takes.
     *
     * @param microbatch one tensor per input of the training graph, by name, {@code loss_weight} included; not modified
     * @return the graph's outputs by name, each in newly allocated memory
     * @throws IllegalArgumentException if an input is missing
     * @throws io.adm4j.runtime.RuntimeFailure if there is too little memory
     */
    Map<String, Tensor> accumulate(Map<String, Tensor> microbatch);

    /**
     * Runs the network on images that shall not count: nothing changes by which training goes on or is saved.
     *
     * @param microbatch as for {@link #accumulate}, with {@code loss_weight} 0, so that all gradients are 0; not modified
     * @return the graph's outputs by name, each in newly allocated memory
     */
    default Map<String, Tensor> evaluate(Map<String, Tensor> microbatch) {
        return accumulate(microbatch);
    }

    /**
     * Applies AdamW to the gradients, moves the averages and clears the gradients. In mixed precision, gradients that are
     * not finite are cleared alone.
     *
     * @param learningRate of this update, at least 0
     * @throws io.adm4j.runtime.RuntimeFailure if there is too little memory
     */
    void update(double learningRate);

    /** L2 norm over all gradients that the last update took, NaN if they were not finite; 0 before the first. */
    double gradientNorm();

    /** L2 norm over all parameters as the last update found them, NaN if it was skipped; 0 before the first. */
    double parameterNorm();

    /** Base-2 logarithm of the scale of the loss at the last update, or before it; empty without mixed precision. */
    default OptionalDouble lgLossScale() {
        return OptionalDouble.empty();
    }

    /**
     * Writes the whole state, from which {@link EngineKind#open} resumes with the same numbers.
     *
     * @param folder of the checkpoint; exists
     * @return the name of the first parameter or average with an element that is infinite or NaN; the
     *     folder is of no use then
     * @throws io.adm4j.feedback.UserError if a file cannot be written
     */
    Optional<String> save(Path folder);

    /** Frees the memory; what was not saved is lost. */
    @Override
    void close();
}
