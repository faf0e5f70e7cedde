package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Scores as text, with as many digits as suit the metric. */
final class ScoreFormat {
    private ScoreFormat() {}

    /** The metrics that any result of a report has, in their order of declaration. */
    static List<Metric> metrics(EvaluationReport evaluation) {
        return Stream.of(Metric.values())
                .filter(m -> evaluation.results().stream()
                        .anyMatch(r -> r.scores().get(m).isPresent()))
                .toList();
    }

    static String value(Metric metric, double value) {
        return String.format(Locale.ROOT, "%." + digits(metric) + "f", value);
    }

    /** With its sign: +0.12. */
    static String change(Metric metric, double change) {
        return String.format(Locale.ROOT, "%+." + digits(metric) + "f", change);
    }

    static String interval(Metric metric, Interval interval) {
        return value(metric, interval.low()) + " to " + value(metric, interval.high());
    }

    /** The value with its interval or standard error, whichever is known. */
    static String withSpread(Score score) {
        return score.interval().isPresent()
                ? value(score.metric(), score.value()) + " (95% "
                        + interval(score.metric(), score.interval().get()) + ")"
                : withError(score);
    }

    /** The value with its standard error if that is known: 0.0012 ± 0.0001. */
    static String withError(Score score) {
        String value = value(score.metric(), score.value());
        return score.standardError().isPresent()
                ? value + " ± " + value(score.metric(), score.standardError().getAsDouble())
                : value;
    }

    private static int digits(Metric metric) {
        return switch (metric) {
            case KID -> 6;
            case PRECISION, RECALL, DENSITY, COVERAGE -> 4;
            default -> 3;
        };
    }
}
