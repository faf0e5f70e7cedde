package io.adm4j.harness.training;

import io.adm4j.export.training.AdamW;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.engine.EngineSettings;
import io.adm4j.harness.training.engine.TrainingEngine;
import io.adm4j.runtime.Device;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Metrics of images that the network is not trained on: means over the same batches, with the same timesteps and noise, whenever they
 * are asked for.
 *
 * @param task of the same network, with other images
 * @param batches how many, at least 1
 * @param microbatch images per pass through the network
 * @param interval rounds between two, at least 1
 * @param threads CPU threads; 0 for as many as there are processors
 */
public record HeldOutLoss(TrainingTask task, int batches, int microbatch, long interval, Device device, int threads) {

    /** The names of all values. */
    List<String> names() {
        return task.metricNames().stream().map(name -> Validation.PREFIX + name).toList();
    }

    /**
     * The values of a checkpoint's weights.
     *
     * @param checkpoint folder
     * @param scratch folder for graphs; made if there is none
     * @return by name
     */
    Map<String, Double> of(Path checkpoint, Path scratch) {
        List<String> names = names();
        double[] sums = new double[names.size()];
        EngineSettings settings = new EngineSettings(AdamW.withWeightDecay(0), List.of(), device, threads);
        try (TrainingEngine engine = EngineKind.PLAIN.open(task.graph(), checkpoint, scratch, settings)) {
            GradientAccumulation evaluation = new GradientAccumulation(task, microbatch);
            for (int batch = 0; batch < batches; batch++) {
                double[] metrics =
                        evaluation.evaluate(engine, batch, task.batch(batch)).metrics();
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += metrics[i];
                }
            }
        }
        Map<String, Double> means = new LinkedHashMap<>();
        for (int i = 0; i < sums.length; i++) {
            means.put(names.get(i), sums[i] / batches);
        }
        return means;
    }
}
