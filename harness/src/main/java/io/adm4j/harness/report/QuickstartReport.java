package io.adm4j.harness.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.feedback.ShortDecimal;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.SampleComparison;
import io.adm4j.harness.restoration.RestorationExample;
import io.adm4j.io.ImageGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The page that shows what guidance does: images, scores and curves over the classifier scale, how they were made and
 * where the model comes from. One HTML file that needs nothing else, for light and dark screens.
 *
 * @param title heading of the page
 * @param results one per scale, at least one; shown by ascending scale
 * @param guidance how the scores at each scale but the smallest differ from those at that one, by ascending scale; empty where
 *     that was not compared
 * @param rowNames what the rows of the grids show, such as class names; empty for none
 * @param examples damaged images that the model restored; empty for none
 * @param settings how the images were sampled and scored, name to value, in the order shown
 * @param provenance where the bundle comes from, as its manifest tells
 */
public record QuickstartReport(
        String title,
        List<ScaleResult> results,
        List<SampleComparison> guidance,
        List<String> rowNames,
        List<RestorationExample> examples,
        Map<String, String> settings,
        JsonNode provenance) {
    /** The metrics shown, in the order of the columns. */
    private static final List<Metric> METRICS =
            List.of(Metric.FID, Metric.PRECISION, Metric.RECALL, Metric.INCEPTION_SCORE);

    public QuickstartReport {
        if (results.isEmpty()) {
            throw new IllegalArgumentException("The page needs the results of at least one scale.");
        }
        results = results.stream()
                .sorted(Comparator.comparingDouble(ScaleResult::scale))
                .toList();
        guidance = List.copyOf(guidance);
        rowNames = List.copyOf(rowNames);
        examples = List.copyOf(examples);
        settings = new LinkedHashMap<>(settings);
    }

    /**
     * Writes the page.
     *
     * @throws io.adm4j.feedback.UserError if the file cannot be written
     */
    public void write(Path file) {
        ReportWriter.write(file, html());
    }

    /** The page as text. */
    public String html() {
        Page page = new Page(title);
        page.paragraph(
                "lead",
                "Images generated from noise by a diffusion model. A classifier trained on noisy images pulls each"
                        + " one toward its class; the classifier scale says how hard. Scale 0 leaves the model alone.");
        images(page);
        scores(page);
        if (results.size() > 1) {
            curves(page);
        }
        if (!examples.isEmpty()) {
            restored(page);
        }
        page.facts("How they were made", settings);
        Map<String, String> origin = new LinkedHashMap<>();
        flatten("", provenance, origin);
        return page.facts("Where the model comes from", origin).finish();
    }

    private void restored(Page into) {
        StringBuilder page = new StringBuilder();
        page.append(
                "<h2>The same model repairs real images</h2>\n<p>It was not trained for that: at each step the part of"
                        + " an image that the damage left is put back, and the model fills in the rest (DDNM). Images that it never"
                        + " saw, and beside its results what a plain filter makes of the same input. PSNR in dB, the mean over the"
                        + " images, says how near they are to the real ones; higher is better.</p>\n<div class=\"row\">\n");
        for (RestorationExample example : examples) {
            page.append("<figure class=\"card\"><figcaption>")
                    .append(Html.escape(example.damage()))
                    .append("<span>restored: ")
                    .append(decibels(example, example.restored()))
                    .append("</span></figcaption><div class=\"grid\"><ol>");
            rowOf(page, "real", "");
            rowOf(page, "damaged", decibels(example, example.damaged()));
            rowOf(page, example.filter(), decibels(example, example.filtered()));
            rowOf(page, "restored", decibels(example, example.restored()));
            page.append("</ol><img alt=\"Real, damaged, filtered and restored images: ")
                    .append(Html.escape(example.damage()))
                    .append("\" src=\"")
                    .append(Page.address(grid(example)))
                    .append("\"></div></figure>\n");
        }
        into.add(page.append("</div>\n").toString());
    }

    private static void rowOf(StringBuilder page, String name, String decibels) {
        page.append("<li>")
                .append(Html.escape(name))
                .append(decibels.isEmpty() ? "" : "<br>" + decibels)
                .append("</li>");
    }

    private static String decibels(RestorationExample example, Tensor images) {
        return String.format(Locale.ROOT, "%.1f dB", example.psnr(images));
    }

    /** Real, damaged, filtered and restored images, a row each. */
    private static byte[] grid(RestorationExample example) {
        long[] shape = example.truth().shape();
        int columns = (int) shape[0];
        shape[0] *= 4;
        Tensor all = Tensor.zeros(ElementType.UINT8, shape);
        ByteBuffer target = all.bytes();
        Stream.of(example.truth(), example.damaged(), example.filtered(), example.restored())
                .forEach(row -> target.put(row.bytes()));
        return PngWriter.encode(new ImageGrid(columns, 2, 2, 255).layOut(all));
    }

    private void images(Page into) {
        StringBuilder page = new StringBuilder();
        page.append("<h2>The images</h2>\n<p>The same noise goes in at every scale, so images at the same place can be"
                + " compared.</p>\n<div class=\"row\">\n");
        for (ScaleResult r : results) {
            String scale = ShortDecimal.of(r.scale());
            page.append("<figure class=\"card\"><figcaption>Classifier scale ")
                    .append(scale)
                    .append(r.scale() == 0 ? "<span>no guidance" : "<span>guided")
                    .append(String.format(Locale.ROOT, ", sampled in %.1f s</span></figcaption>", r.seconds()))
                    .append("<div class=\"grid\">");
            if (!rowNames.isEmpty()) {
                page.append("<ol>");
                rowNames.forEach(
                        name -> page.append("<li>").append(Html.escape(name)).append("</li>"));
                page.append("</ol>");
            }
            page.append("<img alt=\"Samples at classifier scale ")
                    .append(scale)
                    .append("\" src=\"")
                    .append(Page.address(r.grid()))
                    .append("\"></div></figure>\n");
        }
        into.add(page.append("</div>\n").toString());
    }

    private void scores(Page into) {
        StringBuilder page = new StringBuilder();
        page.append("<h2>The scores</h2>\n<p>")
                .append(Html.escape(summary()))
                .append("</p>\n<div class=\"card scroll\"><table>\n<tr><th>Classifier scale</th><th>FID &#8595;</th>"
                        + "<th>Precision &#8593;</th><th>Recall &#8593;</th><th>Inception-style &#8593;</th>"
                        + "<th>Seconds</th></tr>\n");
        for (ScaleResult r : results) {
            page.append("<tr><td>").append(ShortDecimal.of(r.scale())).append("</td>");
            METRICS.forEach(metric -> cell(page, r, metric));
            page.append(String.format(Locale.ROOT, "<td>%.1f</td></tr>%n", r.seconds()));
        }
        page.append(
                        "</table></div>\n<p class=\"note\">FID: the distance between the features of samples and real images as a"
                                + " whole. Precision: the share of samples that look like real images. Recall: the share of real"
                                + " images that the samples come close to. Inception-style: sure and varied classes. The best of"
                                + " each column is marked; brackets hold 95% intervals, of precision over other samples and of recall over other"
                                + " real images. ")
                .append(Html.escape(EvaluationReport.COMPARABILITY))
                .append("</p>\n");
        into.add(page.toString());
    }

    private void cell(StringBuilder page, ScaleResult result, Metric metric) {
        double value = result.value(metric);
        Predicate<ScaleResult> better =
                other -> metric.lowerIsBetter() ? other.value(metric) < value : other.value(metric) > value;
        boolean best = results.size() > 1 && results.stream().noneMatch(better);
        page.append(best ? "<td class=\"best\">" : "<td>")
                .append(ScoreFormat.value(metric, value))
                .append(result.interval(metric)
                        .map(range -> "<p class=\"spread\">[" + ScoreFormat.value(metric, range.low()) + ", "
                                + ScoreFormat.value(metric, range.high()) + "]</p>")
                        .orElse(""))
                .append("</td>");
    }

    /** What the scores show. */
    private String summary() {
        if (results.size() == 1) {
            return "One scale was sampled; with several, this page shows how guidance trades variety for fidelity.";
        }
        ScaleResult first = results.get(0);
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < results.size(); i++) {
            ScaleResult guided = results.get(i);
            text.append(String.format(
                    Locale.ROOT,
                    "From scale %s to %s precision goes from %.3f to %.3f%s, and recall from %.3f to %.3f%s. ",
                    ShortDecimal.of(first.scale()),
                    ShortDecimal.of(guided.scale()),
                    first.value(Metric.PRECISION),
                    guided.value(Metric.PRECISION),
                    change(i - 1, Metric.PRECISION),
                    first.value(Metric.RECALL),
                    guided.value(Metric.RECALL),
                    change(i - 1, Metric.RECALL)));
        }
        if (guidance.stream().anyMatch(QuickstartReport::trades)) {
            return text + "Guidance trades variety for fidelity.";
        }
        boolean seen = results.stream()
                .anyMatch(guided -> guided.value(Metric.PRECISION) > first.value(Metric.PRECISION)
                        && guided.value(Metric.RECALL) < first.value(Metric.RECALL));
        return text
                + (seen
                        ? "Guidance trades variety for fidelity, but chance explains such differences here: take more --samples."
                        : "Guidance usually trades variety (recall) for fidelity (precision); these samples do not show it.");
    }

    /** Whether precision is higher and recall lower by more than chance explains; samples of the same noise are compared in pairs. */
    private static boolean trades(SampleComparison guided) {
        return guided.get(Metric.PRECISION)
                        .filter(d -> d.significant() && d.better())
                        .isPresent()
                && guided.get(Metric.RECALL)
                        .filter(Difference::significantlyWorse)
                        .isPresent();
    }

    private String change(int compared, Metric metric) {
        return guidance.stream()
                .skip(compared)
                .findFirst()
                .flatMap(comparison -> comparison.get(metric))
                .flatMap(Difference::interval)
                .map(range -> " (95% " + DifferenceText.signed(metric, range) + ")")
                .orElse("");
    }

    private void curves(Page page) {
        double[] scale = results.stream().mapToDouble(ScaleResult::scale).toArray();
        LineChart distance = new LineChart("FID", "classifier scale", List.of(series(Metric.FID, scale)));
        LineChart tradeOff = new LineChart(
                "Precision and recall",
                "classifier scale",
                List.of(series(Metric.PRECISION, scale), series(Metric.RECALL, scale)));
        page.heading("Over the classifier scale").add("<div class=\"row\">\n");
        page.chart("Fidelity and variety", "precision and recall; higher is better", tradeOff.svg());
        page.chart("Distance from real images", "FID; lower is better", distance.svg());
        page.add("</div>\n");
    }

    private LineChart.Series series(Metric metric, double[] scale) {
        return new LineChart.Series(
                metric.title(),
                scale,
                results.stream().mapToDouble(r -> r.value(metric)).toArray(),
                ends(metric, Interval::low),
                ends(metric, Interval::high));
    }

    /** One end of each scale's interval; the value where there is none. */
    private double[] ends(Metric metric, ToDoubleFunction<Interval> end) {
        return results.stream()
                .mapToDouble(r -> r.interval(metric).map(end::applyAsDouble).orElse(r.value(metric)))
                .toArray();
    }

    /** The leaves of a tree with the path to each; a list of plain values is one leaf of several lines. */
    private static void flatten(String path, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            node.properties()
                    .forEach(e -> flatten(path.isEmpty() ? e.getKey() : path + " / " + e.getKey(), e.getValue(), into));
        } else if (node.isArray()) {
            List<String> plain = new ArrayList<>();
            for (int i = 0; i < node.size(); i++) {
                if (node.get(i).isValueNode()) {
                    plain.add(node.get(i).asText());
                } else {
                    flatten(path + " / " + (i + 1), node.get(i), into);
                }
            }
            if (!plain.isEmpty()) {
                into.put(path, String.join("\n", plain));
            }
        } else if (!node.isMissingNode() && !node.isNull()) {
            into.put(path, node.asText());
        }
    }
}
