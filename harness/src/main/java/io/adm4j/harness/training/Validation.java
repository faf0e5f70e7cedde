package io.adm4j.harness.training;

import io.adm4j.harness.training.engine.TrainingEngine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Metrics of images that the network is not trained on, on one batch at a time, as the published trainer of classifiers logs
 * them. They change nothing of the training: their order and noise follow from seed and step, and their gradients are 0.
 *
 * @param task of the same network, with other images
 * @param interval steps between two validations, at least 1
 */
public record Validation(TrainingTask task, long interval) {
    static final String PREFIX = "val_";

    /** The names of all values. */
    List<String> names() {
        List<String> names = new ArrayList<>(task.metricNames());
        names.addAll(LossQuartiles.names(task));
        return names.stream().map(name -> PREFIX + name).toList();
    }

    /**
     * The values after a step.
     *
     * @param step counted from 1
     * @return by name; empty if the step is not one of the interval's
     */
    Map<String, Double> after(long step, int microbatch, TrainingEngine engine) {
        Map<String, Double> values = new LinkedHashMap<>();
        if (step % interval == 0) {
            long number = step / interval - 1;
            GradientAccumulation.Summary summary =
                    new GradientAccumulation(task, microbatch).evaluate(engine, number, task.batch(number));
            for (int i = 0; i < summary.metrics().length; i++) {
                values.put(PREFIX + task.metricNames().get(i), summary.metrics()[i]);
            }
            summary.quartiles().forEach((name, value) -> values.put(PREFIX + name, value));
        }
        return values;
    }
}
