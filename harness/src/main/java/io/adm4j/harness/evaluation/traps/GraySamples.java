package io.adm4j.harness.evaluation.traps;

import java.util.Optional;

/** Gray samples against a reference in color, or the other way round. */
final class GraySamples implements Trap {
    private static final double MUCH = 0.25;

    @Override
    public Optional<String> warning(ScoredSets sets) {
        if (sets.samples().survey().isEmpty() || sets.reference().survey().isEmpty()) {
            return Optional.empty();
        }
        double samples = sets.samples().survey().get().grayShare();
        double reference = sets.reference().survey().get().grayShare();
        if (Math.abs(samples - reference) <= MUCH) {
            return Optional.empty();
        }
        return Optional.of("Of the samples " + ScoredSets.percent(samples) + " are gray, of the reference images "
                + ScoredSets.percent(reference) + ": the scores measure the " + (samples > reference ? "lack of " : "")
                + "color more than anything else.");
    }
}
