package io.adm4j.harness.report;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.FeatureNetwork;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The scores of one or several sets of samples with all that is needed to understand, repeat and compare them.
 *
 * @param created when it was finished
 * @param version of adm4j
 * @param libraries name to version, see {@link LibraryVersions#current()}
 * @param device where the graphs ran: {@code cpu} or {@code cuda}
 * @param threads CPU threads used, at least 1
 * @param model that drew the samples, if they were drawn here
 * @param results at least one; several share network, reference, model and settings
 */
public record EvaluationReport(
        Instant created,
        String version,
        Map<String, String> libraries,
        String device,
        int threads,
        FeatureNetwork network,
        ImageSet reference,
        Optional<Model> model,
        EvaluatorSettings settings,
        List<Result> results) {
    /** What the figures may be compared with. */
    public static final String COMPARABILITY =
            "Scores on these features compare only with each other: same feature network, same reference, same counts.";

    /** Name of the file for programs in a report's folder. */
    public static final String JSON = "report.json";

    public EvaluationReport {
        if (results.isEmpty()) {
            throw new IllegalArgumentException("A report needs at least one result.");
        }
        libraries = Collections.unmodifiableMap(new LinkedHashMap<>(libraries));
        results = List.copyOf(results);
    }

    /** What is printed: the figures, how they compare with a baseline, and what one has to know about them. */
    public List<String> lines(Optional<Comparison> comparison) {
        return ConsoleTable.of(this, comparison);
    }

    /**
     * Writes the report.
     *
     * @param out a file that ends in {@code .json}, or else a folder, which gets {@code report.json} for programs,
     *     {@code report.html} to look at, {@code report.md} for a build's summary and {@code junit.xml} for a build server
     * @param comparison with a baseline, if there is one
     * @throws UserError if it cannot be written
     */
    public void write(Path out, Optional<Comparison> comparison) {
        String json = JsonReport.of(this, comparison).toPrettyString() + "\n";
        if (out.getFileName().toString().endsWith(".json")) {
            write(out, json);
            return;
        }
        write(out.resolve(JSON), json);
        write(out.resolve("report.html"), EvaluationPage.of(this, comparison));
        write(out.resolve("report.md"), MarkdownReport.of(this, comparison));
        write(out.resolve("junit.xml"), JunitReport.of(this, comparison));
    }

    private static void write(Path file, String text) {
        try {
            if (file.toAbsolutePath().getParent() != null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UserError("The report " + file + " could not be written: " + e.getMessage() + ".", e);
        }
    }
}
