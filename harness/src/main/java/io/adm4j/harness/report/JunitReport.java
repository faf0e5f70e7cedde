package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.Score;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * An evaluation as JUnit's XML, which build servers show: a suite per result, a test case per metric, a failure per
 * regression against the baseline.
 */
final class JunitReport {
    /** The widespread schema wants local time without a zone; UTC it is. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private JunitReport() {}

    /** @param failIfWorse metrics in which a set that is significantly worse fails */
    static String of(EvaluationReport evaluation, Optional<Comparison> comparison, Set<Metric> failIfWorse) {
        int tests = 0;
        int failures = 0;
        double seconds = 0;
        StringBuilder suites = new StringBuilder();
        for (int number = 0; number < evaluation.results().size(); number++) {
            Result result = evaluation.results().get(number);
            String name = evaluation.comparisons().isEmpty() ? result.name() : ReportText.shortName(evaluation, result);
            StringBuilder cases = new StringBuilder();
            int failed = 0;
            for (Score score : result.scores().scores()) {
                Optional<Verdict> verdict = comparison.flatMap(c -> c.of(result, score.metric()));
                Optional<String> worse = worse(evaluation, number, score.metric(), failIfWorse);
                failed += verdict.filter(Verdict::regression).isPresent() || worse.isPresent() ? 1 : 0;
                testCase(cases, name, score, verdict, worse);
            }
            int size = result.scores().scores().size();
            suites.append("  <testsuite")
                    .append(attribute("name", "eval " + name))
                    .append(counts(size, failed, result.seconds()))
                    .append(attribute("timestamp", TIME.format(evaluation.created())))
                    .append(">\n")
                    .append(cases)
                    .append("  </testsuite>\n");
            tests += size;
            failures += failed;
            seconds += result.seconds();
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", "adm4j eval")
                + counts(tests, failures, seconds) + ">\n" + suites + "</testsuites>\n";
    }

    /** What is significantly worse than in the result that this one is compared with, if that counts. */
    private static Optional<String> worse(
            EvaluationReport evaluation, int result, Metric metric, Set<Metric> failIfWorse) {
        return evaluation.comparisons().stream()
                .filter(c -> c.second() == result)
                .flatMap(c -> c.get(metric).stream()
                        .filter(d -> DifferenceText.fails(d, failIfWorse))
                        .map(d -> DifferenceText.sentence(c, d)))
                .findFirst();
    }

    private static void testCase(
            StringBuilder xml, String name, Score score, Optional<Verdict> verdict, Optional<String> worse) {
        Metric metric = score.metric();
        xml.append("    <testcase")
                .append(attribute("classname", "adm4j.eval." + name.replace('.', '_')))
                .append(attribute("name", metric.title()))
                .append(attribute("time", "0"))
                .append(">\n");
        verdict.filter(Verdict::regression)
                .ifPresent(v -> xml.append("      <failure")
                        .append(attribute("type", "regression"))
                        .append(attribute("message", v.sentence()))
                        .append(">")
                        .append(text(v.sentence() + " at " + name + "."))
                        .append("</failure>\n"));
        worse.ifPresent(sentence -> xml.append("      <failure")
                .append(attribute("type", "significantly worse"))
                .append(attribute("message", sentence))
                .append("/>\n"));
        xml.append("      <system-out>")
                .append(text(metric.title() + " " + ScoreFormat.withSpread(score)
                        + verdict.map(v -> ", baseline " + ScoreFormat.value(metric, v.before()) + ", change "
                                        + ScoreFormat.change(metric, v.change()))
                                .orElse("")
                        + ". " + score.definition()))
                .append("</system-out>\n    </testcase>\n");
    }

    private static String counts(int tests, int failures, double seconds) {
        return attribute("tests", String.valueOf(tests))
                + attribute("failures", String.valueOf(failures))
                + attribute("errors", "0")
                + attribute("skipped", "0")
                + attribute("time", String.format(Locale.ROOT, "%.3f", seconds));
    }

    private static String attribute(String name, String value) {
        return " " + name + "=\"" + text(value).replace("\n", " ") + "\"";
    }

    /** Escaped, without the characters that XML 1.0 has no place for. */
    private static String text(String text) {
        return Html.escape(text.codePoints()
                .filter(c -> c == '\t'
                        || c == '\n'
                        || c >= 0x20 && c <= 0xD7FF
                        || c >= 0xE000 && c <= 0xFFFD
                        || c >= 0x10000)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString());
    }
}
