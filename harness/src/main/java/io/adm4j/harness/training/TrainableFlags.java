package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.feedback.UserError;
import java.util.Map;

/** Published flags of training that are known and not done: a run records only what it does. */
public final class TrainableFlags {
    /** Flags of truth, with what happens instead. */
    private static final Map<String, String> NOT_DONE = Map.of(
            "use_fp16", "training is in float32",
            "classifier_use_fp16", "training is in float32");

    private TrainableFlags() {}

    /**
     * Checks the flags of a new run.
     *
     * @throws UserError if they ask for what is not done
     */
    public static void require(JsonNode flags) {
        flags.properties().forEach(flag -> {
            String instead = NOT_DONE.get(flag.getKey());
            if (instead != null && flag.getValue().asBoolean()) {
                throw new UserError("The flag " + flag.getKey() + " is true, and " + instead
                        + ": leave the flag out or set it to false.");
            }
        });
    }
}
