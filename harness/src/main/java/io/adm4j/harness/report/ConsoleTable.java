package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An evaluation for the terminal: the figures of one result in a column, those of several as a table. */
final class ConsoleTable {
    private ConsoleTable() {}

    static List<String> of(EvaluationReport evaluation, Optional<Comparison> comparison) {
        String ruler = "-".repeat(64);
        List<String> lines = new ArrayList<>();
        Result first = evaluation.results().get(0);
        boolean several = evaluation.results().size() > 1;
        evaluation.model().ifPresent(model -> lines.add(row("Model", model.name() + "  " + model.path())));
        if (!several) {
            first.point().ifPresent(point -> lines.add(row("Sampled by", point.toString())));
        }
        lines.add(row(
                "Samples",
                first.samples()
                        + (several ? " in each set" : "  " + first.samples().source())));
        lines.add(row(
                "Reference",
                evaluation.reference() + "  " + evaluation.reference().source()));
        lines.add(row(
                "Features",
                evaluation.network().features() + "  " + evaluation.network().name()
                        + evaluation
                                .network()
                                .resize()
                                .map(filter -> " (images resized: " + filter + ")")
                                .orElse("")));
        lines.add(ruler);
        if (several) {
            lines.addAll(table(evaluation));
        } else {
            first.scores()
                    .scores()
                    .forEach(score -> lines.add(row(
                            score.metric().title(),
                            ScoreFormat.withSpread(score)
                                    + (score.metric().lowerIsBetter() ? "  lower is better" : "  higher is better"))));
        }
        lines.add(ruler);
        evaluation
                .results()
                .forEach(result -> result.memorization()
                        .ifPresent(found -> lines.add((several ? ReportText.shortName(evaluation, result) + ": " : "")
                                + MemorizationSection.sentence(found))));
        evaluation.comparisons().forEach(c -> {
            lines.add(DifferenceText.heading(c) + ": " + DifferenceText.summary(c));
            c.differences().forEach(d -> lines.add("  " + DifferenceText.sentence(c, d)));
            lines.add(ruler);
        });
        comparison.ifPresent(c -> {
            lines.add("Changes against " + c.baseline());
            c.verdicts()
                    .forEach(v -> lines.add((v.regression() ? "  too much worse: " : "  ")
                            + v.sentence()
                            + (several ? " at " + v.result() : "")));
            lines.add(ruler);
        });
        lines.add(EvaluationReport.COMPARABILITY);
        if (!evaluation.comparisons().isEmpty()) {
            lines.add(DifferenceText.COVERAGE);
        }
        ReportText.warnings(evaluation).forEach(warning -> lines.add("Warning: " + warning));
        return lines;
    }

    private static List<String> table(EvaluationReport evaluation) {
        List<Metric> metrics = ScoreFormat.metrics(evaluation);
        int nameWidth = evaluation.results().stream()
                .mapToInt(r -> ReportText.shortName(evaluation, r).length())
                .max()
                .orElse(0);
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(pad("", nameWidth));
        metrics.forEach(metric -> head.append("  ").append(padLeft(metric.title(), width(metric))));
        lines.add(head.toString());
        for (Result result : evaluation.results()) {
            StringBuilder line = new StringBuilder(pad(ReportText.shortName(evaluation, result), nameWidth));
            for (Metric metric : metrics) {
                String value = result.scores()
                        .get(metric)
                        .map(s -> ScoreFormat.value(metric, s.value()))
                        .orElse("");
                line.append("  ").append(padLeft(value, width(metric)));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static int width(Metric metric) {
        return Math.max(9, metric.title().length());
    }

    private static String row(String name, String value) {
        return pad(name, 18) + " " + value;
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String padLeft(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
