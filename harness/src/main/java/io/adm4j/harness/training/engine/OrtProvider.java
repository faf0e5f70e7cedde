package io.adm4j.harness.training.engine;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.feedback.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.TrainingSession;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Provides {@link OrtEngine}. */
final class OrtProvider implements EngineProvider {
    @Override
    public String file() {
        return OrtEngine.CHECKPOINT;
    }

    @Override
    public void require(Device device) {
        TrainingSession.require(device);
    }

    @Override
    public void requireCapacity(TrainingGraph network, List<Double> emaRates) {
        if (network.mode().recomputesBlocks()) {
            throw new UserError("ONNX Runtime's training API cannot compute blocks again (--use-checkpoint true): use"
                    + " --engine plain.");
        }
        if (network.mode().mixedPrecision().isPresent()) {
            throw new UserError(
                    "ONNX Runtime's training API trains in float32 alone: for mixed precision (--use-fp16 true)"
                            + " use --engine plain.");
        }
        TrainingArtifacts.requireRoom(network.graph().parameters(), emaRates);
    }

    @Override
    public void start(Path folder, Map<String, Tensor> weights, List<Double> emaRates) {
        TrainingArtifacts.start(weights, emaRates).write(folder.resolve(OrtEngine.CHECKPOINT));
    }

    @Override
    public TrainingEngine open(TrainingGraph network, Path checkpoint, Path scratch, EngineSettings settings) {
        return OrtEngine.open(network, checkpoint, scratch, settings);
    }

    @Override
    public SavedWeights read(Path checkpoint) {
        return new OrtWeights(checkpoint.resolve(OrtEngine.CHECKPOINT));
    }
}
