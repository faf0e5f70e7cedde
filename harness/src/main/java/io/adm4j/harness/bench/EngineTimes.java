package io.adm4j.harness.bench;

import io.adm4j.harness.training.engine.EngineKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Measured times of training with one engine, in seconds, over all its turns. */
final class EngineTimes {
    private final EngineKind engine;
    private final Map<TrainingPart, List<Double>> seconds = new EnumMap<>(TrainingPart.class);

    EngineTimes(EngineKind engine) {
        this.engine = engine;
    }

    EngineKind engine() {
        return engine;
    }

    void add(TrainingPart part, double time) {
        seconds.computeIfAbsent(part, p -> new ArrayList<>()).add(time);
    }

    /** The times of a part in the order they were taken, at least one. */
    Timing of(TrainingPart part) {
        return new Timing(
                part.title(),
                1,
                seconds.getOrDefault(part, List.of()).stream()
                        .mapToDouble(s -> s)
                        .toArray());
    }

    /** Time spent waiting for batches, as a share of all steps. */
    double waitingShare() {
        return sum(TrainingPart.WAITING) / sum(TrainingPart.STEP);
    }

    private double sum(TrainingPart part) {
        return seconds.getOrDefault(part, List.of()).stream()
                .mapToDouble(s -> s)
                .sum();
    }
}
