package io.adm4j.harness.training.engine;

import io.adm4j.export.graph.Parameter;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.feedback.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The engines that there are. A run keeps the one that it was started with. */
public enum EngineKind {
    /** ONNX Runtime's training API, which has a limit of size and is deprecated. */
    ORT(new OrtProvider()),
    /** Ordinary sessions of ONNX Runtime. */
    PLAIN(new PlainProvider());

    private final EngineProvider provider;

    EngineKind(EngineProvider provider) {
        this.provider = provider;
    }

    /** The better one for a device: on a CPU the one that takes less memory, on a GPU the one that keeps its state there. */
    public static EngineKind defaultFor(Device device) {
        return device == Device.CPU ? PLAIN : ORT;
    }

    /**
     * The engine that saved a checkpoint.
     *
     * @throws UserError if there are no weights in the folder
     */
    public static EngineKind of(Path checkpoint) {
        for (EngineKind kind : values()) {
            if (Files.exists(checkpoint.resolve(kind.provider.file()))) {
                return kind;
            }
        }
        throw new UserError("The checkpoint " + checkpoint + " is damaged: it has no weights.");
    }

    /**
     * Checks that this engine can run here, before any work is done for it.
     *
     * @throws io.adm4j.runtime.RuntimeFailure if it cannot
     */
    public void require(Device device) {
        provider.require(device);
    }

    /**
     * Checks that this engine computes gradients as a network asks, and that its state fits into this engine's checkpoints.
     *
     * @throws UserError if it does not
     */
    public void requireCapacity(TrainingGraph network, List<Double> emaRates) {
        provider.requireCapacity(network, emaRates);
    }

    /** Whether moving averages may be added to and taken from a run on resume: the training API's checkpoints cannot change. */
    public boolean canChangeAverages() {
        return this == PLAIN;
    }

    /** About the bytes of a checkpoint of any engine: weights, averages and two moments. */
    public static long checkpointBytes(List<Parameter> parameters, List<Double> emaRates) {
        return TrainingArtifacts.checkpointBytes(parameters, emaRates);
    }

    /**
     * Writes the checkpoint that a new run starts from: the weights, every moving average equal to them, and no moments.
     *
     * @param folder of the checkpoint; exists
     * @param weights initial value of each parameter by name; not modified
     * @throws UserError if it cannot be written
     */
    public void start(Path folder, Map<String, Tensor> weights, List<Double> emaRates) {
        provider.start(folder, weights, emaRates);
    }

    /**
     * Resumes from a checkpoint of this engine.
     *
     * @param network modified: gradients are added to its graph
     * @param checkpoint folder of the checkpoint
     * @param scratch folder for the graphs; made if there is none
     * @throws UserError if the checkpoint is damaged or the graphs cannot be written
     * @throws io.adm4j.runtime.RuntimeFailure if the engine cannot start here
     */
    public TrainingEngine open(TrainingGraph network, Path checkpoint, Path scratch, EngineSettings settings) {
        return provider.open(network, checkpoint, scratch, settings);
    }

    /**
     * Opens the weights of a checkpoint of this engine.
     *
     * @throws UserError if they are damaged
     */
    SavedWeights read(Path checkpoint) {
        return provider.read(checkpoint);
    }
}
