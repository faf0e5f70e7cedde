package io.adm4j.harness.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Score;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * An evaluation for programs, as {@code report.schema.json} beside this class describes it. A change that breaks readers
 * raises {@link #SCHEMA_VERSION}; additions do not.
 */
final class JsonReport {
    static final int SCHEMA_VERSION = 1;

    private JsonReport() {}

    static ObjectNode of(EvaluationReport report, Optional<Comparison> comparison) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("schemaVersion", SCHEMA_VERSION);
        root.put("created", report.created().truncatedTo(ChronoUnit.SECONDS).toString());
        root.put("adm4j", report.version());
        report.libraries().forEach(root.putObject("libraries")::put);
        root.put("device", report.device());
        root.put("threads", report.threads());
        root.putObject("featureNetwork")
                .put("name", report.network().name())
                .put("sha256", report.network().sha256())
                .put("features", report.network().features());
        describe(root.putObject("reference"), report.reference());
        report.model().ifPresent(model -> {
            ObjectNode node = root.putObject("model")
                    .put("name", model.name())
                    .put("path", model.path())
                    .put("sha256", model.sha256());
            model.classes().forEach(node.putArray("classes")::add);
        });
        settings(root.putObject("settings"), report.settings());
        root.put("comparability", EvaluationReport.COMPARABILITY);
        root.put(
                "seconds",
                report.results().stream().mapToDouble(Result::seconds).sum());
        ArrayNode results = root.putArray("results");
        report.results().forEach(result -> result(results.addObject(), result));
        comparison.ifPresent(c -> comparison(root.putObject("baseline"), c));
        return root;
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

    private static void result(ObjectNode node, Result result) {
        result.point().ifPresent(point -> point(node.putObject("point"), point));
        describe(node.putObject("samples"), result.samples());
        node.put("featureCount", result.scores().featureCount());
        node.put("referenceCount", result.scores().referenceCount());
        scores(node, result.scores().scores());
        ArrayNode perClass = node.putArray("perClass");
        for (ClassScores scores : result.scores().perClass()) {
            ObjectNode one = perClass.addObject()
                    .put("label", scores.label())
                    .put("sampleCount", scores.sampleCount())
                    .put("referenceCount", scores.referenceCount());
            scores(one, scores.scores());
        }
        result.scores().warnings().forEach(node.putArray("warnings")::add);
        node.put("seconds", result.seconds());
    }

    private static void point(ObjectNode node, SamplingPoint point) {
        node.put("sampler", point.sampler())
                .put("steps", point.steps())
                .put("eta", point.eta())
                .put("classifierScale", point.classifierScale())
                .put("labels", point.labels())
                .put("seed", point.seed());
        point.others().forEach(node.putObject("others")::put);
    }

    private static void scores(ObjectNode node, List<Score> scores) {
        ObjectNode values = node.putObject("scores");
        ObjectNode errors = node.putObject("standardErrors");
        ObjectNode intervals = node.putObject("intervals");
        ObjectNode definitions = node.putObject("definitions");
        for (Score score : scores) {
            String key = score.metric().key();
            values.put(key, score.value());
            score.standardError().ifPresent(error -> errors.put(key, error));
            score.interval().ifPresent(i -> intervals.putArray(key).add(i.low()).add(i.high()));
            definitions.put(key, score.definition());
        }
    }

    private static void describe(ObjectNode node, ImageSet set) {
        node.put("source", set.source()).put("count", set.count()).put("imageSize", set.imageSize());
        set.sha256().ifPresent(sum -> node.put("sha256", sum));
    }
}
