package io.adm4j.harness.evaluation.run;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where features come from before they are extracted, and where they are kept afterwards.
 *
 * @param cache features of earlier evaluations by content
 * @param parts features that other processes have extracted, which must be all that is needed
 * @param warnings receives a sentence where something could not be kept
 */
public record FeatureKeeping(Optional<FeatureCache> cache, Optional<FeatureParts> parts, Consumer<String> warnings) {
    /** Keeps nothing. */
    static FeatureKeeping none() {
        return new FeatureKeeping(Optional.empty(), Optional.empty(), warning -> {});
    }
}
