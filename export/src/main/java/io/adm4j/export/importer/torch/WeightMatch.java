package io.adm4j.export.importer.torch;

import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a checkpoint matched to the parameters of a network by name and shape, once: whether they fit, where
 * they differ, and the weights.
 */
public final class WeightMatch {
    private final Checkpoint checkpoint;
    private final List<Parameter> parameters;
    private final NamePrefix prefix;
    private final Map<String, List<Long>> shapes;
    private final WeightDifferences differences;

    /** Matches names and shapes; no weight is read. */
    public WeightMatch(Checkpoint checkpoint, List<Parameter> parameters) {
        this.checkpoint = checkpoint;
        this.parameters = List.copyOf(parameters);
        this.prefix = NamePrefix.of(checkpoint.names(), parameters);
        this.shapes = Collections.unmodifiableMap(prefix.strip(checkpoint.shapes()));
        this.differences = WeightDifferences.between(shapes, parameters);
    }

    /** The file of the checkpoint. */
    public Path file() {
        return checkpoint.file();
    }

    /** The shapes of the tensors by name without the {@link #prefix}, in the file's order. */
    public Map<String, List<Long>> shapes() {
        return shapes;
    }

    /** What wrappers put before the network's names; empty for none. */
    public String prefix() {
        return prefix.text();
    }

    /** How many tensors of the checkpoint lack the prefix, and so belong to something else. */
    public int others() {
        return checkpoint.names().size() - shapes.size();
    }

    /** Where checkpoint and network differ. */
    public WeightDifferences differences() {
        return differences;
    }

    /**
     * The network's weights as float32, each read from the file whenever it is asked for, so that networks larger than
     * memory can be copied. The checkpoint must stay open as long as the map is used.
     *
     * @return one array for each parameter, in the parameters' order
     * @throws CheckpointException if the checkpoint does not fit; the message lists what is missing, unexpected and of
     *     another shape. Reading a weight of a damaged file throws it too
     */
    public Map<String, Tensor> weights() {
        if (!differences.none()) {
            throw new CheckpointException("The weights in " + file()
                    + " do not fit the network that the flags describe: " + differences.listed() + ".");
        }
        return new CheckpointWeights(checkpoint, prefix.text(), parameters);
    }

    /**
     * As {@link #weights}, of a network that is a part of what the checkpoint has.
     *
     * @param network its name, for messages
     * @throws CheckpointException if weights are missing or have another shape; the message lists them
     */
    public Map<String, Tensor> weightsAmongOthers(String network) {
        WeightDifferences lacking = differences.withoutUnexpected();
        if (!lacking.none()) {
            throw new CheckpointException(
                    "The weights in " + file() + " are not all of " + network + ": " + lacking.listed() + ".");
        }
        return new CheckpointWeights(checkpoint, prefix.text(), parameters);
    }
}
