package io.adm4j.harness.report;

import io.adm4j.feedback.ShortDecimal;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.harness.evaluation.result.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Results over one setting, in groups that differ in the others.
 *
 * @param title the setting's name in reports
 * @param setting its value at a point
 * @param groups name to results by ascending setting
 */
record Sweep(String title, ToDoubleFunction<SamplingPoint> setting, Map<String, List<Result>> groups) {
    /** The sweep over the classifier scale or else the steps of a report, if it has one. */
    static Optional<Sweep> of(EvaluationReport evaluation) {
        if (evaluation.results().stream().anyMatch(r -> r.point().isEmpty())) {
            return Optional.empty();
        }
        if (ReportText.varies(evaluation, SamplingPoint::classifierScale)) {
            return Optional.of(of(evaluation, "classifier scale", SamplingPoint::classifierScale));
        }
        boolean numbers = evaluation.results().stream()
                .allMatch(r -> r.point().get().steps().total() > 0);
        if (numbers && ReportText.varies(evaluation, SamplingPoint::steps)) {
            return Optional.of(
                    of(evaluation, "network evaluations", p -> p.steps().total()));
        }
        return Optional.empty();
    }

    private static Sweep of(EvaluationReport evaluation, String title, ToDoubleFunction<SamplingPoint> setting) {
        Map<String, List<Result>> groups = new LinkedHashMap<>();
        boolean scale = title.equals("classifier scale");
        for (Result result : evaluation.results()) {
            groups.computeIfAbsent(rest(evaluation, result.point().get(), scale), n -> new ArrayList<>())
                    .add(result);
        }
        groups.values()
                .forEach(g -> g.sort(Comparator.comparingDouble(
                        r -> setting.applyAsDouble(r.point().get()))));
        return new Sweep(title, setting, groups);
    }

    /** The settings that tell the groups apart. */
    private static String rest(EvaluationReport evaluation, SamplingPoint point, boolean overScale) {
        List<String> parts = new ArrayList<>();
        if (ReportText.varies(evaluation, SamplingPoint::sampler)) {
            parts.add(point.sampler().key());
        }
        if (overScale && ReportText.varies(evaluation, SamplingPoint::steps)) {
            parts.add(point.steps() + " steps");
        }
        if (ReportText.varies(evaluation, SamplingPoint::eta)) {
            parts.add("eta " + ShortDecimal.of(point.eta()));
        }
        return String.join(", ", parts);
    }

    /** A metric over the setting, if at least two results of a group have it. */
    Optional<LineChart> chart(Metric metric) {
        List<LineChart.Series> series = new ArrayList<>();
        groups.forEach((name, results) -> {
            List<Result> have = results.stream()
                    .filter(r -> r.scores().get(metric).isPresent())
                    .toList();
            if (have.size() > 1) {
                series.add(new LineChart.Series(
                        name.isEmpty() ? metric.title() : name,
                        have.stream()
                                .mapToDouble(
                                        r -> setting.applyAsDouble(r.point().get()))
                                .toArray(),
                        figures(have, metric, Score::value),
                        figures(
                                have,
                                metric,
                                s -> s.interval().isPresent()
                                        ? Math.min(s.value(), s.interval().get().low())
                                        : s.value()),
                        figures(
                                have,
                                metric,
                                s -> s.interval().isPresent()
                                        ? Math.max(s.value(), s.interval().get().high())
                                        : s.value())));
            }
        });
        return series.isEmpty() ? Optional.empty() : Optional.of(new LineChart(metric.title(), title, series));
    }

    boolean hasIntervals(Metric metric) {
        return groups.values().stream()
                .flatMap(List::stream)
                .anyMatch(r -> r.scores().get(metric).flatMap(Score::interval).isPresent());
    }

    /** Precision over recall, if there is a single group that has both. */
    Optional<TradeOffChart> tradeOff() {
        List<Result> results = groups.values().iterator().next();
        boolean both = results.stream()
                .allMatch(r -> r.scores().get(Metric.PRECISION).isPresent()
                        && r.scores().get(Metric.RECALL).isPresent());
        if (groups.size() > 1 || !both) {
            return Optional.empty();
        }
        return Optional.of(new TradeOffChart(
                Metric.PRECISION.title(),
                Metric.RECALL.title(),
                results.stream()
                        .map(r -> new TradeOffChart.Point(
                                ShortDecimal.of(setting.applyAsDouble(r.point().get())),
                                r.scores().value(Metric.RECALL),
                                r.scores().value(Metric.PRECISION)))
                        .toList()));
    }

    private static double[] figures(List<Result> results, Metric metric, ToDoubleFunction<Score> figure) {
        return results.stream()
                .mapToDouble(r -> figure.applyAsDouble(r.scores().get(metric).orElseThrow()))
                .toArray();
    }
}
