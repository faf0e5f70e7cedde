package io.adm4j.harness.training.engine;

import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/**
 * The weights in a checkpoint, whichever engine saved them. Its arrays are views of the files, which must not be changed as
 * long as they are used.
 */
public interface SavedWeights {
    /**
     * Opens a checkpoint.
     *
     * @param folder of the checkpoint
     * @throws io.adm4j.feedback.UserError if there are no weights in it or they are damaged
     */
    static SavedWeights read(Path folder) {
        return EngineKind.of(folder).read(folder);
    }

    /** The parameters by name. */
    Map<String, Tensor> weights();

    /**
     * The moving averages of one rate, by the names of the parameters.
     *
     * @throws io.adm4j.feedback.UserError if there are none of this rate
     */
    Map<String, Tensor> averages(double rate);

    /** SHA-256 over the weights and all of the state beside them, in hexadecimal. */
    String sha256();
}
