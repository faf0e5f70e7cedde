package io.adm4j.harness.training.engine;

import io.adm4j.export.graph.Processor;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.training.OrtCheckpoint;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.TrainingSession;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** ONNX Runtime's training API: all state stays on the device and is saved in one file of the runtime's own format. */
public final class OrtEngine implements TrainingEngine {
    /** The file of a checkpoint. */
    public static final String CHECKPOINT = "weights.ckpt";

    private final TrainingSession session;
    private boolean updated = true;
    private double gradientSquare;
    private double parameterSquare;
    private double gradientNorm;
    private double parameterNorm;

    private OrtEngine(TrainingSession session) {
        this.session = session;
    }

    /** See {@link EngineKind#open}. */
    static OrtEngine open(TrainingGraph network, Path checkpoint, Path scratch, EngineSettings settings) {
        TrainingArtifacts.write(
                scratch,
                network,
                settings.optimizer(),
                settings.emaRates(),
                settings.device() == Device.CPU ? Processor.ofThisMachine() : Processor.ANY);
        return new OrtEngine(TrainingSession.open(
                checkpoint.resolve(CHECKPOINT),
                scratch.resolve(TrainingArtifacts.TRAINING_MODEL),
                scratch.resolve(TrainingArtifacts.OPTIMIZER_MODEL),
                settings.device(),
                settings.threads()));
    }

    @Override
    public Map<String, Tensor> accumulate(Map<String, Tensor> microbatch) {
        Map<String, Tensor> given = new LinkedHashMap<>(microbatch);
        // The moving averages move once per update.
        given.put(TrainingArtifacts.EMA_SWITCH, Tensor.of(new float[] {updated ? 1 : 0}));
        Map<String, Tensor> outputs = new LinkedHashMap<>(session.accumulate(given));
        updated = false;
        gradientSquare = scalar(outputs, TrainingArtifacts.GRADIENT_SQUARE);
        parameterSquare = scalar(outputs, TrainingArtifacts.PARAMETER_SQUARE);
        return outputs;
    }

    /** The moving averages wait for the next step: they would move once more after a resume. */
    @Override
    public Map<String, Tensor> evaluate(Map<String, Tensor> microbatch) {
        Map<String, Tensor> given = new LinkedHashMap<>(microbatch);
        given.put(TrainingArtifacts.EMA_SWITCH, Tensor.of(new float[] {0}));
        Map<String, Tensor> outputs = new LinkedHashMap<>(session.accumulate(given));
        outputs.keySet().removeAll(List.of(TrainingArtifacts.GRADIENT_SQUARE, TrainingArtifacts.PARAMETER_SQUARE));
        return outputs;
    }

    private static double scalar(Map<String, Tensor> outputs, String name) {
        return outputs.remove(name).floats().get(0);
    }

    @Override
    public void update(double learningRate) {
        session.update(learningRate);
        updated = true;
        gradientNorm = Math.sqrt(gradientSquare);
        parameterNorm = Math.sqrt(parameterSquare);
    }

    @Override
    public double gradientNorm() {
        return gradientNorm;
    }

    @Override
    public double parameterNorm() {
        return parameterNorm;
    }

    @Override
    public Optional<String> save(Path folder) {
        session.save(folder.resolve(CHECKPOINT));
        return OrtCheckpoint.read(folder.resolve(CHECKPOINT)).notFinite();
    }

    @Override
    public void close() {
        session.close();
    }
}
