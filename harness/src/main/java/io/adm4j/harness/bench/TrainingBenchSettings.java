package io.adm4j.harness.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.training.TrainedNetwork;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.runtime.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Training that is measured, and how often.
 *
 * @param flags published flags of network and diffusion; not modified
 * @param data images; empty for random ones in memory
 * @param batchSize images per step
 * @param microbatch images per pass through the network
 * @param engines at least one; ratios are to the last one
 * @param threads CPU threads; 0 for all cores
 * @param rounds how often each engine has its turn
 * @param warmUps steps of a turn before the timed ones
 * @param repeats timed steps of a turn
 */
public record TrainingBenchSettings(
        TrainedNetwork network,
        ObjectNode flags,
        Optional<Path> data,
        int batchSize,
        int microbatch,
        List<EngineKind> engines,
        Device device,
        int threads,
        int rounds,
        int warmUps,
        int repeats) {
    private static final double LEARNING_RATE = 1e-4;
    private static final double EMA_RATE = 0.9999;

    public TrainingBenchSettings {
        engines = List.copyOf(engines);
    }

    /** Those of the runs: constant rate, one moving average, images mirrored at random. */
    TrainingSettings training() {
        return new TrainingSettings(batchSize, microbatch, LEARNING_RATE, 0, 0, 0, List.of(EMA_RATE), 0, true);
    }
}
