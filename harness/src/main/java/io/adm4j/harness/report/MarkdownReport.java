package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SampleComparison;
import io.adm4j.harness.evaluation.result.Score;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An evaluation for a build's summary: the figures, how they changed, and what they were measured on. */
final class MarkdownReport {
    private MarkdownReport() {}

    /** @param failIfWorse metrics in which a set that is significantly worse makes the evaluation fail */
    static String of(EvaluationReport evaluation, Optional<Comparison> comparison, Set<Metric> failIfWorse) {
        StringBuilder md = new StringBuilder("## " + escape(ReportText.title(evaluation)) + "\n\n");
        md.append(escape(ReportText.lead(evaluation))).append("\n\n");
        comparison.ifPresent(c -> md.append(c.failure()
                        .map(f -> "**:x: " + escape(f) + "**")
                        .orElse(escape("Compared with " + c.baseline() + ": " + ReportText.passed(c))))
                .append("\n\n"));
        DifferenceText.failure(evaluation, failIfWorse)
                .ifPresent(f -> md.append("**:x: ").append(escape(f)).append("**\n\n"));
        if (evaluation.results().size() == 1) {
            single(md, evaluation.results().get(0), comparison);
        } else {
            sweep(md, evaluation, comparison);
        }
        evaluation
                .results()
                .forEach(result -> result.memorization()
                        .ifPresent(
                                found -> md.append(escape(result.name() + ": " + MemorizationSection.sentence(found)))
                                        .append("\n\n")));
        evaluation.comparisons().forEach(c -> differences(md, c, failIfWorse));
        ReportText.warnings(evaluation)
                .forEach(warning ->
                        md.append("> :warning: ").append(escape(warning)).append("\n\n"));
        md.append("<details><summary>What the figures mean</summary>\n\n");
        for (Score score : ReportText.definitions(evaluation)) {
            md.append("- **")
                    .append(escape(score.metric().title()))
                    .append("**: ")
                    .append(escape(score.definition()))
                    .append('\n');
        }
        if (!evaluation.comparisons().isEmpty()) {
            md.append("\n").append(escape(DifferenceText.COVERAGE)).append("\n");
        }
        md.append("\n").append(EvaluationReport.COMPARABILITY).append("\n\n</details>\n\n");
        md.append("<details><summary>How they were measured</summary>\n\n| | |\n|---|---|\n");
        Map<String, String> facts = new LinkedHashMap<>();
        ReportText.sampling(evaluation).forEach(facts::put);
        ReportText.provenance(evaluation).forEach(facts::put);
        facts.forEach((name, value) -> md.append("| ")
                .append(escape(name))
                .append(" | ")
                .append(escape(value))
                .append(" |\n"));
        return md.append("\n</details>\n").toString();
    }

    private static void single(StringBuilder md, Result result, Optional<Comparison> comparison) {
        md.append(
                comparison.isPresent()
                        ? "| | Score | 95 % interval | Baseline | Change | Allowed |\n|---|---:|---:|---:|---:|---:|\n"
                        : "| | Score | 95 % interval |\n|---|---:|---:|\n");
        for (Score score : result.scores().scores()) {
            Metric metric = score.metric();
            md.append("| ")
                    .append(heading(metric))
                    .append(" | ")
                    .append(ScoreFormat.withError(score))
                    .append(" | ")
                    .append(score.interval()
                            .map(i -> ScoreFormat.interval(metric, i))
                            .orElse(""))
                    .append(" |");
            comparison.ifPresent(c -> md.append(c.of(result, metric)
                    .map(v ->
                            " " + ScoreFormat.value(metric, v.before()) + " | " + ScoreFormat.change(metric, v.change())
                                    + (v.regression() ? " :x:" : "") + " | " + v.limit() + " |")
                    .orElse(" | | |")));
            md.append('\n');
        }
        md.append('\n');
    }

    private static void sweep(StringBuilder md, EvaluationReport evaluation, Optional<Comparison> comparison) {
        List<Metric> metrics = ScoreFormat.metrics(evaluation);
        md.append("| Samples |");
        metrics.forEach(metric -> md.append(' ').append(heading(metric)).append(" |"));
        md.append("\n|---|").append("---:|".repeat(metrics.size())).append('\n');
        for (Result result : evaluation.results()) {
            md.append("| ")
                    .append(escape(ReportText.shortName(evaluation, result)))
                    .append(" |");
            for (Metric metric : metrics) {
                md.append(' ');
                result.scores().get(metric).ifPresent(s -> md.append(ScoreFormat.value(metric, s.value())));
                comparison
                        .flatMap(c -> c.of(result, metric))
                        .ifPresent(v -> md.append(" (")
                                .append(ScoreFormat.change(metric, v.change()))
                                .append(v.regression() ? ") :x:" : ")"));
                md.append(" |");
            }
            md.append('\n');
        }
        md.append('\n');
    }

    private static void differences(StringBuilder md, SampleComparison comparison, Set<Metric> failIfWorse) {
        String first = ReportText.letter(comparison.first());
        String second = ReportText.letter(comparison.second());
        md.append("**").append(DifferenceText.summary(comparison)).append("**\n\n| | ");
        md.append(first).append(" | ").append(second).append(" | Difference | 95 % interval | ");
        md.append(second).append(" is |\n|---|---:|---:|---:|---:|---|\n");
        for (Difference difference : comparison.differences()) {
            Metric metric = difference.metric();
            md.append("| ").append(heading(metric));
            md.append(" | ").append(ScoreFormat.value(metric, difference.first()));
            md.append(" | ").append(ScoreFormat.value(metric, difference.second()));
            md.append(" | ").append(ScoreFormat.change(metric, difference.value()));
            md.append(" | ");
            difference.interval().ifPresent(i -> md.append(DifferenceText.signed(metric, i)));
            md.append(" | ").append(DifferenceText.verdict(difference));
            md.append(DifferenceText.fails(difference, failIfWorse) ? " :x: |\n" : " |\n");
        }
        md.append('\n');
    }

    private static String heading(Metric metric) {
        return metric.title() + (metric.lowerIsBetter() ? " ↓" : " ↑");
    }

    /** Text that no character of which is taken for markup. */
    private static String escape(String text) {
        return text.replaceAll("([\\\\`*_{}\\[\\]#|~])", "\\\\$1")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replaceAll("\\R", ", ");
    }
}
