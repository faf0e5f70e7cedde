package io.adm4j.harness.report;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Metric;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Prints and writes an evaluation in every format there is. */
public final class ReportWriter {
    private static final String PAGE = "report.html";
    private static final String SUMMARY = "report.md";
    private static final String JUNIT = "junit.xml";

    private final EvaluationReport evaluation;
    private final Optional<Comparison> comparison;
    private final Set<Metric> failIfWorse;

    /** @param comparison with a baseline, if there is one */
    public ReportWriter(EvaluationReport evaluation, Optional<Comparison> comparison) {
        this(evaluation, comparison, Set.of());
    }

    /**
     * @param comparison with a baseline, if there is one
     * @param failIfWorse metrics in which a set that is significantly worse than the one that it is compared with fails
     */
    public ReportWriter(EvaluationReport evaluation, Optional<Comparison> comparison, Set<Metric> failIfWorse) {
        this.evaluation = evaluation;
        this.comparison = comparison;
        this.failIfWorse = Set.copyOf(failIfWorse);
    }

    /** Prints the scores, how they compare with a baseline, and the warnings. */
    public void print(PrintWriter console) {
        ConsoleTable.of(evaluation, comparison).forEach(console::println);
        console.flush();
    }

    /**
     * Writes the report.
     *
     * @param out a file that ends in {@code .json}, or else a folder, which gets {@code report.json} for programs,
     *     {@code report.html} to look at, {@code report.md} for a build's summary and {@code junit.xml} for a build server
     * @throws UserError if it cannot be written
     */
    public void write(Path out) {
        String json = JsonReport.of(evaluation, comparison).toPrettyString() + "\n";
        write(jsonFile(out), json);
        if (isJson(out)) {
            return;
        }
        write(out.resolve(PAGE), EvaluationPage.of(evaluation, comparison, failIfWorse));
        write(out.resolve(SUMMARY), MarkdownReport.of(evaluation, comparison, failIfWorse));
        write(out.resolve(JUNIT), JunitReport.of(evaluation, comparison, failIfWorse));
    }

    /** Whether a report goes into this one file instead of a folder. */
    public static boolean isJson(Path out) {
        return out.getFileName().toString().endsWith(".json");
    }

    /** The file for programs that {@link #write(Path)} writes. */
    public static Path jsonFile(Path out) {
        return isJson(out) ? out : out.resolve(JsonReport.FILE);
    }

    /** All files that {@link #write(Path)} writes. */
    public static List<Path> files(Path out) {
        return isJson(out)
                ? List.of(out)
                : Stream.of(JsonReport.FILE, PAGE, SUMMARY, JUNIT)
                        .map(out::resolve)
                        .toList();
    }

    /** Whether an earlier report is where {@link #write(Path)} would write one. */
    public static boolean isReport(Path out) {
        return JsonReport.isOne(jsonFile(out));
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UserError("The report " + file + " could not be written: " + e.getMessage() + ".", e);
        }
    }
}
