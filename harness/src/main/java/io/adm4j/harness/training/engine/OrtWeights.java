package io.adm4j.harness.training.engine;

import io.adm4j.export.training.OrtCheckpoint;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/** Weights in a checkpoint of ONNX Runtime's training API. */
final class OrtWeights implements SavedWeights {
    private final Path file;
    private final OrtCheckpoint checkpoint;

    OrtWeights(Path file) {
        this.file = file;
        this.checkpoint = OrtCheckpoint.read(file);
    }

    @Override
    public Map<String, Tensor> weights() {
        return checkpoint.trainable();
    }

    @Override
    public Map<String, Tensor> averages(double rate) {
        return TrainingArtifacts.averages(checkpoint, rate);
    }

    @Override
    public String sha256() {
        return Sha256.of(file);
    }
}
