package io.adm4j.harness.evaluation.traps;

import io.adm4j.harness.evaluation.result.Scores;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * What was compared, and what came of it.
 *
 * @param className what a class of the labels is called
 */
public record ScoredSets(ScoredSet samples, ScoredSet reference, Scores scores, IntFunction<String> className) {
    /** A share as a percentage of three digits at most: "12.5 %". */
    static String percent(double share) {
        double percent = 100 * share;
        return String.format(Locale.ROOT, percent >= 10 ? "%.1f %%" : "%.2g %%", percent);
    }
}
