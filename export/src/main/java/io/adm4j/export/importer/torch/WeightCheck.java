package io.adm4j.export.importer.torch;

import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether a checkpoint has the weights of a network: all of them, in their shapes, and no others. */
public final class WeightCheck {
    private WeightCheck() {}

    /**
     * Reads a network's weights as float32.
     *
     * @return one array for each parameter, in the parameters' order
     * @throws CheckpointException if the checkpoint does not fit; the message lists what is missing, left over and of
     *     another shape
     */
    public static Map<String, Tensor> read(TorchCheckpoint checkpoint, List<Parameter> parameters) {
        return new LinkedHashMap<>(view(checkpoint, parameters));
    }

    /**
     * A network's weights as float32, each read from the file whenever it is asked for, so that networks larger than memory
     * can be copied. The checkpoint must stay open as long as the map is used.
     *
     * @return one array for each parameter, in the parameters' order
     * @throws CheckpointException as {@link #read} does; reading a weight of a damaged file throws it too
     */
    public static Map<String, Tensor> view(TorchCheckpoint checkpoint, List<Parameter> parameters) {
        check(checkpoint, parameters);
        return new CheckpointWeights(checkpoint, parameters);
    }

    /**
     * Compares names and shapes.
     *
     * @throws CheckpointException if the checkpoint does not fit
     */
    public static void check(TorchCheckpoint checkpoint, List<Parameter> parameters) {
        WeightDifferences differences = WeightDifferences.between(checkpoint, parameters);
        if (!differences.none()) {
            throw new CheckpointException("The weights in " + checkpoint.file()
                    + " do not fit the network that the flags describe: " + differences.listed() + ".");
        }
    }
}
