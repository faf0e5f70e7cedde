package io.adm4j.harness.training.engine;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What an engine does before it runs; {@link EngineKind} has the same methods with their contracts. */
interface EngineProvider {
    /** The file that all checkpoints of the engine have, and no others. */
    String file();

    void require(Device device);

    void requireCapacity(TrainingGraph network, List<Double> emaRates);

    void start(Path folder, Map<String, Tensor> weights, List<Double> emaRates);

    TrainingEngine open(TrainingGraph network, Path checkpoint, Path scratch, EngineSettings settings);

    SavedWeights read(Path checkpoint);
}
