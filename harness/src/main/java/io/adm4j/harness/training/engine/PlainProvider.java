package io.adm4j.harness.training.engine;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Provides {@link PlainEngine}. */
final class PlainProvider implements EngineProvider {
    @Override
    public String file() {
        return StateFiles.INDEX;
    }

    @Override
    public void require(Device device) {
        OnnxSession.require(device);
    }

    /** It has no limits. */
    @Override
    public void requireCapacity(TrainingGraph network, List<Double> emaRates) {}

    /** Averages that equal the weights are not written. */
    @Override
    public void start(Path folder, Map<String, Tensor> weights, List<Double> emaRates) {
        PlainEngine.start(folder, weights);
    }

    @Override
    public TrainingEngine open(TrainingGraph network, Path checkpoint, Path scratch, EngineSettings settings) {
        return PlainEngine.open(network, checkpoint, scratch, settings);
    }

    @Override
    public SavedWeights read(Path checkpoint) {
        return new PlainWeights(checkpoint);
    }
}
