package io.adm4j.harness.training;

import java.util.List;

/**
 * Where a session of training begins.
 *
 * @param step optimizer steps that are done; 0 for a new run
 * @param steps optimizer steps that will be done at its end
 * @param seconds spent on the steps that are done
 * @param batchSize images per step
 * @param metricNames names of the metrics of a step, the loss first
 * @param quartileNames names of the values that not every step has: losses by quartile of t, where images have a
 *     timestep, and those of validation
 */
public record TrainingStart(
        long step, long steps, double seconds, int batchSize, List<String> metricNames, List<String> quartileNames) {
    public TrainingStart {
        metricNames = List.copyOf(metricNames);
        quartileNames = List.copyOf(quartileNames);
    }
}
