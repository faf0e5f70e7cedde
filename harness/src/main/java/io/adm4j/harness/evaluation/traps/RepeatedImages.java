package io.adm4j.harness.evaluation.traps;

import io.adm4j.feedback.Count;
import java.util.Optional;

/** Images that occur several times in a set. Sets of equal images alone have a warning of their own. */
final class RepeatedImages implements Trap {
    /** Real data sets have a few: Fashion-MNIST some, ImageNet some thousandths. */
    private static final double USUAL_IN_REFERENCE = 0.01;

    @Override
    public Optional<String> warning(ScoredSets sets) {
        Optional<String> samples = repeated(sets.samples(), "sample", 0)
                .map(text -> text + ", as happens where seeds repeat: fewer samples were scored than it seems");
        Optional<String> reference = repeated(sets.reference(), "reference image", USUAL_IN_REFERENCE)
                .map(text -> text + ": its balls for precision, recall, density and coverage are too small there");
        return samples.map(text -> text + reference.map(more -> "; " + more).orElse(""))
                .or(() -> reference)
                .map(text -> text + ".");
    }

    private static Optional<String> repeated(ScoredSet set, String what, double usual) {
        return set.survey().flatMap(survey -> {
            long distinct = survey.distinct();
            long repeated = survey.count() - distinct;
            double share = repeated / (double) survey.count();
            return distinct == 1 || share <= usual
                    ? Optional.empty()
                    : Optional.of(repeated + " of " + Count.of(survey.count(), what) + " (" + ScoredSets.percent(share)
                            + ") " + (repeated == 1 ? "repeats" : "repeat") + " an earlier one, pixel for pixel");
        });
    }
}
