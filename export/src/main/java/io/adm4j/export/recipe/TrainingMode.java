package io.adm4j.export.recipe;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How the gradients of a network are computed: what changes memory and time, not the network.
 *
 * @param recomputesBlocks whether the backward part computes the residual and attention blocks again from their inputs, instead
 *     of keeping what is within them; the published flag {@code use_checkpoint}
 */
public record TrainingMode(boolean recomputesBlocks) {
    /** What the published flags have by default. */
    public static TrainingMode standard() {
        return new TrainingMode(false);
    }

    /** Reads published flags; others are ignored. */
    public static TrainingMode fromFlags(JsonNode flags) {
        return new TrainingMode(flags.path("use_checkpoint").asBoolean());
    }
}
