package io.adm4j.harness.report;

import io.adm4j.feedback.Count;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.SampleComparison;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What reports say of the differences between sets of samples. */
public final class DifferenceText {
    /** What the intervals cover. */
    static final String COVERAGE =
            "The 95% intervals hold what chance does to the samples at this number of them: bootstrap over the"
                    + " samples, with the same rows of both sets, so that samples of the same seeds are compared in pairs."
                    + " Reference and feature network are held fixed, and another training run of a model is another"
                    + " model.";

    private DifferenceText() {}

    /**
     * One line on the metrics in which a set is significantly worse than the one that it is compared with; empty if there are
     * none.
     *
     * @param metrics those that count
     */
    public static Optional<String> failure(EvaluationReport evaluation, Set<Metric> metrics) {
        String worse = evaluation.comparisons().stream()
                .flatMap(c ->
                        c.differences().stream().filter(d -> fails(d, metrics)).map(d -> sentence(c, d)))
                .collect(Collectors.joining(" "));
        return worse.isEmpty() ? Optional.empty() : Optional.of("Significantly worse: " + worse);
    }

    /** Whether a difference makes the evaluation fail. */
    static boolean fails(Difference difference, Set<Metric> metrics) {
        return metrics.contains(difference.metric()) && difference.significantlyWorse();
    }

    /** "B against A". */
    static String heading(SampleComparison comparison) {
        return ReportText.letter(comparison.second()) + " against " + ReportText.letter(comparison.first());
    }

    /** "B's FID is lower by 0.310, 95% 0.220 to 0.400.", or that the difference is within noise. */
    static String sentence(SampleComparison comparison, Difference difference) {
        Metric metric = difference.metric();
        String second = ReportText.letter(comparison.second());
        if (difference.value() == 0) {
            return ReportText.letter(comparison.first()) + " and " + second + " have the same " + metric.title() + ".";
        }
        boolean lower = difference.value() < 0;
        String by = second + "'s " + metric.title() + " is " + (lower ? "lower" : "higher") + " by "
                + ScoreFormat.value(metric, Math.abs(difference.value()));
        if (difference.interval().isEmpty()) {
            return by + "; how far chance explains it is not known.";
        }
        Interval interval = difference.interval().get();
        // Of the amount, in the direction of the sentence.
        String range = "95% "
                + (lower
                        ? ScoreFormat.value(metric, -interval.high()) + " to "
                                + ScoreFormat.value(metric, -interval.low())
                        : ScoreFormat.interval(metric, interval));
        return difference.significant()
                ? by + ", " + range + "."
                : "The difference in " + metric.title() + " is within noise (" + by + ", " + range
                        + "): with "
                        + Count.of(comparison.count(), "sample") + " "
                        + ScoreFormat.value(metric, (interval.high() - interval.low()) / 2) + " could be told.";
    }

    /** "better", "worse", or why neither can be said. */
    static String verdict(Difference difference) {
        if (difference.value() == 0) {
            return "equal";
        }
        if (difference.interval().isEmpty()) {
            return "chance not known";
        }
        return difference.significant() ? difference.better() ? "better" : "worse" : "within noise";
    }

    /** One sentence on all metrics: "B is better than A in FID and worse in Recall; no other ...". */
    static String summary(SampleComparison comparison) {
        String better = titles(comparison, "better");
        String worse = titles(comparison, "worse");
        String second = ReportText.letter(comparison.second());
        String first = ReportText.letter(comparison.first());
        if (better.isEmpty() && worse.isEmpty()) {
            return "No difference between " + second + " and " + first + " is beyond noise.";
        }
        return second + " is " + (better.isEmpty() ? "" : "better than " + first + " in " + better)
                + (better.isEmpty() || worse.isEmpty() ? "" : " and ")
                + (worse.isEmpty() ? "" : "worse" + (better.isEmpty() ? " than " + first : "") + " in " + worse)
                + "; no other difference is known to be more than noise.";
    }

    private static String titles(SampleComparison comparison, String verdict) {
        return comparison.differences().stream()
                .filter(d -> verdict(d).equals(verdict))
                .map(d -> d.metric().title())
                .collect(Collectors.joining(", "));
    }

    /** The difference with its sign and interval: "-0.310 (95% -0.400 to -0.220)". */
    static String withInterval(Difference difference) {
        Metric metric = difference.metric();
        return ScoreFormat.change(metric, difference.value())
                + difference
                        .interval()
                        .map(i -> String.format(Locale.ROOT, " (95%% %s)", signed(metric, i)))
                        .orElse("");
    }

    /** An interval with signs. */
    static String signed(Metric metric, Interval interval) {
        return ScoreFormat.change(metric, interval.low()) + " to " + ScoreFormat.change(metric, interval.high());
    }
}
