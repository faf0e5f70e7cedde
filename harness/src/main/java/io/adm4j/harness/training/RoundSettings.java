package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Hyperparameters of training by several workers that exchange weights once a round: DiLoCo (Douillard et al. 2023,
 * "DiLoCo: Distributed Low-Communication Training of Language Models", algorithm 1).
 *
 * <p>A step is a step of a worker: all workers take as many. Worker w of W takes for its step s the batch that one machine
 * takes for step s·W + w, with the same timesteps and noise, so that the workers together see what one machine sees in W times as
 * many steps.
 *
 * @param workers W, the paper's k; at least 1
 * @param innerSteps H, the steps of a round, at least 1
 * @param outerRate learning rate of the outer optimizer, above 0; 0.7 in the paper
 * @param outerMomentum its Nesterov momentum, in [0, 1); 0.9 in the paper
 */
public record RoundSettings(int workers, long innerSteps, double outerRate, double outerMomentum) {
    /** @throws IllegalArgumentException if a value is out of its range */
    public RoundSettings {
        if (workers < 1 || innerSteps < 1 || !(outerRate > 0) || !(outerMomentum >= 0 && outerMomentum < 1)) {
            throw new IllegalArgumentException(workers + " workers, " + innerSteps + " inner steps, outer rate "
                    + outerRate + ", outer momentum " + outerMomentum);
        }
    }

    /**
     * The step at which a round ends: a multiple of H wherever it begins, or the last of all.
     *
     * @param from steps done before the round
     * @param steps of the whole training, more than {@code from}
     */
    long end(long from, long steps) {
        return Math.min(steps, (from / innerSteps + 1) * innerSteps);
    }

    /**
     * The step of one machine's training whose batch a worker takes.
     *
     * @param worker from 0
     * @param step of the worker, from 0
     */
    long batch(int worker, long step) {
        return step * workers + worker;
    }

    /** The settings as JSON, under the names of the options. */
    public ObjectNode toJson() {
        return new ObjectMapper()
                .createObjectNode()
                .put("workers", workers)
                .put("inner_steps", innerSteps)
                .put("outer_lr", outerRate)
                .put("outer_momentum", outerMomentum);
    }

    /** Reads what {@link #toJson} wrote. */
    public static RoundSettings fromJson(JsonNode json) {
        return new RoundSettings(
                json.get("workers").asInt(),
                json.get("inner_steps").asLong(),
                json.get("outer_lr").asDouble(),
                json.get("outer_momentum").asDouble());
    }
}
