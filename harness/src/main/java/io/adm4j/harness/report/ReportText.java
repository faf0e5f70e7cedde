package io.adm4j.harness.report;

import io.adm4j.feedback.ShortDecimal;
import io.adm4j.harness.evaluation.result.EvaluationReport;
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

/** Text about an evaluation that page and summary share. */
final class ReportText {
    private ReportText() {}

    static String title(EvaluationReport evaluation) {
        return "Evaluation of "
                + evaluation
                        .model()
                        .map(Model::name)
                        .orElseGet(() -> evaluation.results().size() == 1
                                ? fileName(evaluation.results().get(0).samples().source())
                                : evaluation.results().size() + " sets of samples");
    }

    /** One sentence: how many samples against how many references, on which features. */
    static String lead(EvaluationReport evaluation) {
        ImageSet samples = evaluation.results().get(0).samples();
        ImageSet reference = evaluation.reference();
        return sentence(String.format(
                Locale.ROOT,
                "%s%s against %s, on the %,d features of %s.",
                evaluation.results().size() == 1 ? "" : evaluation.results().size() + " sets of ",
                counted(samples, "sample"),
                counted(reference, "reference image"),
                evaluation.network().features(),
                evaluation.network().name()));
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

    /** What tells a result from the others: only the settings that differ, or the source; of those that are compared a letter. */
    static String shortName(EvaluationReport evaluation, Result result) {
        String name = nameAlone(evaluation, result);
        return evaluation.comparisons().isEmpty()
                ? name
                : letter(evaluation.results().indexOf(result)) + ": " + name;
    }

    /** What sentences call a result of several that are compared. */
    static String letter(int result) {
        return result < 26 ? String.valueOf((char) ('A' + result)) : "set " + (result + 1);
    }

    /** The warnings of all results, each once; of sets that are compared, with the letters of those that it is about. */
    static List<String> warnings(EvaluationReport evaluation) {
        Map<String, List<String>> sets = new LinkedHashMap<>();
        for (int r = 0; r < evaluation.results().size(); r++) {
            for (String warning : evaluation.results().get(r).scores().warnings()) {
                sets.computeIfAbsent(warning, w -> new ArrayList<>()).add(letter(r));
            }
        }
        List<String> warnings = new ArrayList<>();
        sets.forEach((warning, letters) -> warnings.add(
                evaluation.comparisons().isEmpty()
                                || letters.size() == evaluation.results().size()
                        ? warning
                        : String.join(", ", letters) + ": " + warning));
        return warnings;
    }

    private static String nameAlone(EvaluationReport evaluation, Result result) {
        if (result.point().isEmpty()) {
            return result.samples().source();
        }
        SamplingPoint point = result.point().get();
        List<String> parts = new ArrayList<>();
        if (!evaluation.comparisons().isEmpty()) {
            parts.add(result.samples().source());
        }
        if (varies(evaluation, SamplingPoint::sampler)) {
            parts.add(point.sampler().key());
        }
        if (varies(evaluation, SamplingPoint::steps)) {
            parts.add(point.steps() + " steps");
        }
        if (varies(evaluation, SamplingPoint::eta)) {
            parts.add("eta " + ShortDecimal.of(point.eta()));
        }
        if (varies(evaluation, SamplingPoint::classifierScale)) {
            parts.add("scale " + ShortDecimal.of(point.classifierScale()));
        }
        if (varies(evaluation, SamplingPoint::labels)) {
            parts.add(point.labels() + " labels");
        }
        if (varies(evaluation, SamplingPoint::seed)) {
            parts.add("seed " + point.seed());
        }
        return parts.isEmpty() ? point.toString() : String.join(", ", parts);
    }

    /** Whether the results' points differ in a setting. */
    static boolean varies(EvaluationReport evaluation, Function<SamplingPoint, Object> setting) {
        return evaluation.results().stream()
                        .map(r -> r.point().map(setting).orElse(null))
                        .filter(Objects::nonNull)
                        .distinct()
                        .count()
                > 1;
    }

    /** One score a metric, for its definition: that of the first result that has it. */
    static List<Score> definitions(EvaluationReport evaluation) {
        return ScoreFormat.metrics(evaluation).stream()
                .map(metric -> evaluation.results().stream()
                        .flatMap(r -> r.scores().get(metric).stream())
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    /** How the samples came about, as far as all results share it. */
    static Map<String, String> sampling(EvaluationReport evaluation) {
        Map<String, String> facts = new LinkedHashMap<>();
        evaluation.model().ifPresent(model -> {
            facts.put("Model", model.name() + "\n" + model.path());
            facts.put("Model's SHA-256", model.sha256());
        });
        common(
                facts,
                evaluation,
                "Sampler",
                p -> p.sampler() + (p.eta() == 0 ? "" : ", eta " + ShortDecimal.of(p.eta())));
        common(facts, evaluation, "Steps", p -> p.steps().toString());
        common(facts, evaluation, "Classifier scale", p -> ShortDecimal.of(p.classifierScale()));
        common(facts, evaluation, "Labels", SamplingPoint::labels);
        common(facts, evaluation, "First seed", p -> String.valueOf(p.seed()));
        evaluation.results().stream()
                .flatMap(r -> r.point().stream())
                .flatMap(p -> p.others().keySet().stream())
                .distinct()
                .forEach(name -> common(
                        facts, evaluation, sentence(name), p -> p.others().getOrDefault(name, "none")));
        for (Result result : evaluation.results()) {
            if (result.point().isEmpty()) {
                facts.put(
                        "Samples"
                                + (evaluation.results().size() == 1
                                        ? ""
                                        : " " + fileName(result.samples().source())),
                        result.samples() + ", " + result.samples().source());
                result.samples()
                        .sha256()
                        .ifPresent(sum -> facts.put(
                                "SHA-256 of "
                                        + (evaluation.results().size() == 1
                                                ? "the samples"
                                                : fileName(result.samples().source())),
                                sum));
            }
        }
        return facts;
    }

    /** What the figures rest on. */
    static Map<String, String> provenance(EvaluationReport evaluation) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "Reference",
                evaluation.reference() + ", " + evaluation.reference().source());
        evaluation.reference().sha256().ifPresent(sum -> facts.put("Reference's SHA-256", sum));
        facts.put(
                "Feature network",
                evaluation.network().name() + ", " + evaluation.network().features() + " features"
                        + evaluation
                                .network()
                                .resize()
                                .map(filter -> ", images resized to its size: " + filter)
                                .orElse(""));
        if (evaluation.results().stream().anyMatch(r -> r.samples().repeatsGray())) {
            facts.put("Samples' channels", "gray, repeated for the feature network");
        }
        facts.put("Feature network's SHA-256", evaluation.network().sha256());
        facts.put("Neighbors (k)", String.valueOf(evaluation.settings().k()));
        facts.put("Inception Score's parts", evaluation.settings().inceptionSplit() + " samples each");
        if (evaluation.settings().bootstrap() > 0) {
            facts.put("Bootstrap", evaluation.settings().bootstrap() + " resamples");
        }
        facts.put(
                "Device",
                evaluation.device() + ", " + evaluation.threads()
                        + (evaluation.threads() == 1 ? " CPU thread" : " CPU threads") + ", batches of "
                        + evaluation.settings().batchSize());
        facts.put(
                "Time taken",
                duration(evaluation.results().stream()
                        .mapToDouble(Result::seconds)
                        .sum()));
        facts.put(
                "Finished", evaluation.created().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put(
                "Versions",
                "adm4j " + evaluation.version() + "\n"
                        + evaluation.libraries().entrySet().stream()
                                .map(e -> e.getKey() + " " + e.getValue())
                                .collect(Collectors.joining("\n")));
        return facts;
    }

    /** A duration as text: 8.2 s, 3 min 20 s, 2 h 05 min. */
    static String duration(double seconds) {
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
    }

    /** "1,000 samples of 32x32 pixels". */
    private static String counted(ImageSet set, String what) {
        return set.count() == 0
                ? "statistics of " + what + "s"
                : String.format(
                        Locale.ROOT, "%,d %s of %s", set.count(), set.count() == 1 ? what : what + "s", size(set));
    }

    static String size(ImageSet set) {
        return set.size() + " pixels";
    }

    private static void common(
            Map<String, String> facts,
            EvaluationReport evaluation,
            String name,
            Function<SamplingPoint, String> setting) {
        List<String> values = evaluation.results().stream()
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
