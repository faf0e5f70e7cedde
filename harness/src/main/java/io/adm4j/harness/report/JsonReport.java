package io.adm4j.harness.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.ResultJson;
import io.adm4j.harness.evaluation.result.SampleComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * An evaluation for programs, as {@code report.schema.json} beside this class describes it. A change that breaks readers
 * raises {@link #SCHEMA_VERSION}; additions do not.
 */
final class JsonReport {
    static final int SCHEMA_VERSION = 1;

    /** Name in a report's folder. */
    static final String FILE = "report.json";

    private JsonReport() {}

    /** Whether a file is such a report. */
    static boolean isOne(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try {
            JsonNode json = new ObjectMapper().readTree(file.toFile());
            return json.has("schemaVersion") && json.has("adm4j") && json.has("results");
        } catch (IOException e) {
            return false;
        }
    }

    static ObjectNode of(EvaluationReport evaluation, Optional<Comparison> comparison) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schemaVersion", SCHEMA_VERSION);
        root.put("created", evaluation.created().truncatedTo(ChronoUnit.SECONDS).toString());
        root.put("adm4j", evaluation.version());
        evaluation.libraries().forEach(root.putObject("libraries")::put);
        root.put("device", evaluation.device());
        root.put("threads", evaluation.threads());
        root.putObject("featureNetwork")
                .put("name", evaluation.network().name())
                .put("sha256", evaluation.network().sha256())
                .put("features", evaluation.network().features());
        evaluation
                .network()
                .resize()
                .ifPresent(filter -> root.withObject("/featureNetwork").put("resize", filter));
        ResultJson.write(root.putObject("reference"), evaluation.reference());
        evaluation.model().ifPresent(model -> {
            ObjectNode node = root.putObject("model")
                    .put("name", model.name())
                    .put("path", model.path())
                    .put("sha256", model.sha256());
            model.classes().forEach(node.putArray("classes")::add);
        });
        settings(root.putObject("settings"), evaluation.settings());
        root.put("comparability", EvaluationReport.COMPARABILITY);
        root.put(
                "seconds",
                evaluation.results().stream().mapToDouble(Result::seconds).sum());
        ArrayNode results = root.putArray("results");
        evaluation.results().forEach(result -> ResultJson.write(results.addObject(), result));
        if (!evaluation.comparisons().isEmpty()) {
            ArrayNode comparisons = root.putArray("comparisons");
            evaluation.comparisons().forEach(c -> differences(comparisons.addObject(), evaluation, c));
        }
        comparison.ifPresent(c -> comparison(root.putObject("baseline"), c));
        return root;
    }

    private static void differences(ObjectNode node, EvaluationReport evaluation, SampleComparison comparison) {
        node.put("first", comparison.first())
                .put("second", comparison.second())
                .put(
                        "firstName",
                        ReportText.shortName(evaluation, evaluation.results().get(comparison.first())))
                .put(
                        "secondName",
                        ReportText.shortName(evaluation, evaluation.results().get(comparison.second())));
        node.put("count", comparison.count());
        ObjectNode differences = node.putObject("differences");
        for (Difference difference : comparison.differences()) {
            ObjectNode one = differences
                    .putObject(difference.metric().key())
                    .put("first", difference.first())
                    .put("second", difference.second())
                    .put("difference", difference.value());
            difference.standardError().ifPresent(error -> one.put("standardError", error));
            difference
                    .interval()
                    .ifPresent(i -> one.putArray("interval").add(i.low()).add(i.high()));
            one.put("significant", difference.significant())
                    .put("better", difference.better())
                    .put("sentence", DifferenceText.sentence(comparison, difference));
        }
        node.put("covers", DifferenceText.COVERAGE);
    }

    private static void comparison(ObjectNode node, Comparison comparison) {
        node.put("source", comparison.baseline()).put("regression", comparison.regression());
        ArrayNode verdicts = node.putArray("verdicts");
        for (Verdict verdict : comparison.verdicts()) {
            ObjectNode one = verdicts.addObject()
                    .put("result", verdict.result())
                    .put("metric", verdict.metric().key())
                    .put("before", verdict.before())
                    .put("now", verdict.now())
                    .put("change", verdict.change());
            verdict.allowed().ifPresent(allowed -> one.put("allowed", allowed));
            one.put("regression", verdict.regression());
        }
    }

    private static void settings(ObjectNode node, EvaluatorSettings settings) {
        node.put("k", settings.k());
        node.put("inceptionSplit", settings.inceptionSplit());
        node.put("batchSize", settings.batchSize());
        ArrayNode metrics = node.putArray("metrics");
        settings.metrics().stream().map(Metric::key).forEach(metrics::add);
        node.put("bootstrap", settings.bootstrap());
        node.put("perClass", settings.perClass());
    }
}
