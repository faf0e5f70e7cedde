package io.adm4j.harness.report;

import io.adm4j.feedback.ShortDecimal;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Score;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What an evaluation was, in words that the page and the summary share. */
final class ReportText {
    private ReportText() {}

    static String title(EvaluationReport report) {
        return "Evaluation of "
                + report.model()
                        .map(Model::name)
                        .orElseGet(() -> report.results().size() == 1
                                ? fileName(report.results().get(0).samples().source())
                                : report.results().size() + " sets of samples");
    }

    /** One sentence: how many samples against how many references, on which features. */
    static String lead(EvaluationReport report) {
        ImageSet samples = report.results().get(0).samples();
        ImageSet reference = report.reference();
        return String.format(
                Locale.ROOT,
                "%s%,d samples of %s against %,d reference images of %s, on the %,d features of %s.",
                report.results().size() == 1 ? "" : report.results().size() + " sets of ",
                samples.count(),
                size(samples),
                reference.count(),
                size(reference),
                report.network().features(),
                report.network().name());
    }

    /** What to say of a comparison without a regression. */
    static String passed(Comparison comparison) {
        long limits = comparison.verdicts().stream()
                .filter(v -> v.allowed().isPresent())
                .count();
        return limits == 0
                ? "no limits were set."
                : limits == 1
                        ? "the one figure with a limit is within it."
                        : "all " + limits + " figures with limits are within them.";
    }

    /** What tells a result from the others: only the settings that differ, or the source. */
    static String shortName(EvaluationReport report, Result result) {
        if (result.point().isEmpty()) {
            return result.samples().source();
        }
        SamplingPoint point = result.point().get();
        List<String> parts = new ArrayList<>();
        if (varies(report, SamplingPoint::sampler)) {
            parts.add(point.sampler());
        }
        if (varies(report, SamplingPoint::steps)) {
            parts.add(point.steps() + " steps");
        }
        if (varies(report, SamplingPoint::eta)) {
            parts.add("eta " + ShortDecimal.of(point.eta()));
        }
        if (varies(report, SamplingPoint::classifierScale)) {
            parts.add("scale " + ShortDecimal.of(point.classifierScale()));
        }
        if (varies(report, SamplingPoint::labels)) {
            parts.add(point.labels() + " labels");
        }
        if (varies(report, SamplingPoint::seed)) {
            parts.add("seed " + point.seed());
        }
        return parts.isEmpty() ? point.toString() : String.join(", ", parts);
    }

    /** Whether the results' points differ in a setting. */
    static boolean varies(EvaluationReport report, Function<SamplingPoint, Object> setting) {
        return report.results().stream()
                        .map(r -> r.point().map(setting).orElse(null))
                        .filter(Objects::nonNull)
                        .distinct()
                        .count()
                > 1;
    }

    /** One score a metric, for its definition: that of the first result that has it. */
    static List<Score> definitions(EvaluationReport report) {
        return ScoreFormat.metrics(report).stream()
                .map(metric -> report.results().stream()
                        .flatMap(r -> r.scores().get(metric).stream())
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    /** How the samples came about, as far as all results share it. */
    static Map<String, String> sampling(EvaluationReport report) {
        Map<String, String> facts = new LinkedHashMap<>();
        report.model().ifPresent(model -> {
            facts.put("Model", model.name() + "\n" + model.path());
            facts.put("Model's SHA-256 (model.json)", model.sha256());
        });
        common(facts, report, "Sampler", p -> p.sampler() + (p.eta() == 0 ? "" : ", eta " + ShortDecimal.of(p.eta())));
        common(facts, report, "Steps", SamplingPoint::steps);
        common(facts, report, "Classifier scale", p -> ShortDecimal.of(p.classifierScale()));
        common(facts, report, "Labels", SamplingPoint::labels);
        common(facts, report, "First seed", p -> String.valueOf(p.seed()));
        report.results().stream()
                .flatMap(r -> r.point().stream())
                .flatMap(p -> p.others().keySet().stream())
                .distinct()
                .forEach(name ->
                        common(facts, report, sentence(name), p -> p.others().getOrDefault(name, "none")));
        for (Result result : report.results()) {
            if (result.point().isEmpty()) {
                facts.put(
                        "Samples"
                                + (report.results().size() == 1
                                        ? ""
                                        : " " + fileName(result.samples().source())),
                        result.samples() + ", " + result.samples().source());
                result.samples()
                        .sha256()
                        .ifPresent(sum -> facts.put(
                                "SHA-256 of "
                                        + (report.results().size() == 1
                                                ? "the samples"
                                                : fileName(result.samples().source())),
                                sum));
            }
        }
        return facts;
    }

    /** What the figures rest on. */
    static Map<String, String> provenance(EvaluationReport report) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Reference", report.reference() + ", " + report.reference().source());
        report.reference().sha256().ifPresent(sum -> facts.put("Reference's SHA-256", sum));
        facts.put(
                "Feature network",
                report.network().name() + ", " + report.network().features() + " features");
        facts.put("Feature network's SHA-256", report.network().sha256());
        facts.put("Neighbours (k)", String.valueOf(report.settings().k()));
        facts.put("Inception Score's parts", report.settings().inceptionSplit() + " samples each");
        if (report.settings().bootstrap() > 0) {
            facts.put("Bootstrap", report.settings().bootstrap() + " resamples");
        }
        facts.put(
                "Device",
                report.device() + ", " + report.threads() + (report.threads() == 1 ? " CPU thread" : " CPU threads")
                        + ", batches of " + report.settings().batchSize());
        facts.put(
                "Time taken",
                duration(report.results().stream().mapToDouble(Result::seconds).sum()));
        facts.put("Finished", report.created().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put(
                "Versions",
                "adm4j " + report.version() + "\n"
                        + report.libraries().entrySet().stream()
                                .map(e -> e.getKey() + " " + e.getValue())
                                .collect(Collectors.joining("\n")));
        return facts;
    }

    /** Seconds as people say them: 8.2 s, 3 min 20 s, 2 h 05 min. */
    static String duration(double seconds) {
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    static String size(ImageSet set) {
        return set.imageSize() + "x" + set.imageSize() + " pixels";
    }

    private static void common(
            Map<String, String> facts, EvaluationReport report, String name, Function<SamplingPoint, String> setting) {
        List<String> values = report.results().stream()
                .flatMap(r -> r.point().map(setting).stream())
                .distinct()
                .toList();
        if (!values.isEmpty()) {
            facts.put(name, String.join(", ", values));
        }
    }

    private static String sentence(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    private static String fileName(String source) {
        int slash = source.lastIndexOf('/', source.length() - 2);
        return source.substring(slash + 1);
    }
}
