package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Gallery;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SampleComparison;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** An evaluation as an HTML page: scores with their definitions, samples, their neighbors, curves, classes, provenance. */
final class EvaluationPage {
    /** Pixels that all images of a kind may have together, so that the page stays some megabytes. */
    private static final long PIXELS = 3_000_000;

    static final int LEAST_IMAGES = 4;
    private static final int MOST_SAMPLES = 64;
    private static final int MOST_SAMPLES_OF_SEVERAL = 16;
    private static final int MOST_ROWS_OF_NEIGHBOURS = 12;
    private static final int MOST_NEIGHBOURS = 5;
    /** Images smaller than this are shown with their pixels as squares. */
    private static final int SMALL = 64;

    private final EvaluationReport evaluation;
    private final Optional<Comparison> comparison;
    private final Set<Metric> failIfWorse;

    private EvaluationPage(EvaluationReport evaluation, Optional<Comparison> comparison, Set<Metric> failIfWorse) {
        this.evaluation = evaluation;
        this.comparison = comparison;
        this.failIfWorse = failIfWorse;
    }

    /** @param failIfWorse metrics in which a set that is significantly worse makes the evaluation fail */
    static String of(EvaluationReport evaluation, Optional<Comparison> comparison, Set<Metric> failIfWorse) {
        return new EvaluationPage(evaluation, comparison, failIfWorse).html();
    }

    private String html() {
        Page page = new Page(ReportText.title(evaluation));
        page.paragraph("lead", ReportText.lead(evaluation));
        comparison.ifPresent(c -> banner(page, c));
        DifferenceText.failure(evaluation, failIfWorse)
                .ifPresent(failure -> page.add(
                        "<p class=\"banner bad\"><strong>Worse</strong><br>" + Html.escape(failure) + "</p>\n"));
        warnings(page);
        differences(page);
        scores(page);
        comparison.ifPresent(c -> changes(page, c));
        curves(page);
        gallery(page);
        neighbors(page);
        new DistanceSection(evaluation, this::className).add(page);
        MemorizationSection.add(page, evaluation);
        classes(page);
        page.facts("How the samples were made", ReportText.sampling(evaluation));
        page.facts("What the figures rest on", ReportText.provenance(evaluation));
        page.paragraph("note", EvaluationReport.COMPARABILITY);
        return page.script("evaluation.js").finish();
    }

    private static void banner(Page page, Comparison c) {
        page.add("<p class=\"banner " + (c.regression() ? "bad" : "good") + "\"><strong>"
                + (c.regression() ? "Worse than allowed" : "No regression") + "</strong><br>"
                + Html.escape(c.failure().orElse("Compared with " + c.baseline() + ": " + ReportText.passed(c)))
                + "</p>\n");
    }

    private void warnings(Page page) {
        List<String> warnings = ReportText.warnings(evaluation);
        if (!warnings.isEmpty()) {
            page.add("<ul class=\"banner warn\">\n");
            warnings.forEach(w -> page.add("<li>" + Html.escape(w) + "</li>\n"));
            page.add("</ul>\n");
        }
    }

    /** Sets of samples compared with each other, metric by metric. */
    private void differences(Page page) {
        for (SampleComparison compared : evaluation.comparisons()) {
            String first = ReportText.letter(compared.first());
            String second = ReportText.letter(compared.second());
            page.heading(DifferenceText.heading(compared)).paragraph("", DifferenceText.summary(compared));
            DifferencePlot plot = DifferencePlot.of(compared);
            if (!plot.rows().isEmpty()) {
                page.chart(
                        "Differences in units of what chance does",
                        "right of the line " + second + " is better; a bar that crosses it is within noise",
                        plot.svg());
            }
            page.add("<div class=\"card scroll\"><table class=\"differences\">\n<tr><th>Metric</th><th>" + first
                    + "</th><th>" + second + "</th><th>Difference</th><th>95% interval</th><th>" + second
                    + " is</th><th class=\"words\">In words</th></tr>\n");
            compared.differences().forEach(d -> page.add(row(compared, d)));
            page.add("</table></div>\n");
        }
        if (!evaluation.comparisons().isEmpty()) {
            page.paragraph("note", DifferenceText.COVERAGE);
            dots(page);
        }
    }

    /** Each metric's scores of all sets, one below the other. */
    private void dots(Page page) {
        page.heading("Scores side by side").add("<div class=\"row\">\n");
        for (Metric metric : ScoreFormat.metrics(evaluation)) {
            DotPlot plot = DotPlot.of(evaluation, metric);
            page.chart(
                    metric.title(),
                    (metric.lowerIsBetter() ? "lower is better" : "higher is better")
                            + (plot.hasIntervals() ? "; bars: 95% confidence for a set by itself" : ""),
                    plot.svg());
        }
        page.add("</div>\n");
    }

    private static String row(SampleComparison compared, Difference difference) {
        Metric metric = difference.metric();
        String style = !difference.significant() ? "soft" : difference.better() ? "good" : "bad";
        return "<tr><td>" + heading(metric) + "</td><td>" + ScoreFormat.value(metric, difference.first())
                + "</td><td>" + ScoreFormat.value(metric, difference.second()) + "</td><td>"
                + ScoreFormat.change(metric, difference.value()) + "</td><td>"
                + difference
                        .interval()
                        .map(i -> DifferenceText.signed(metric, i))
                        .orElse("&ndash;")
                + "</td><td class=\"" + style + "\">" + DifferenceText.verdict(difference)
                + "</td><td class=\"words\">"
                + Html.escape(DifferenceText.sentence(compared, difference)) + "</td></tr>\n";
    }

    private void scores(Page page) {
        page.heading("Scores");
        if (evaluation.results().size() == 1) {
            Result result = evaluation.results().get(0);
            page.add("<div class=\"scores\">\n");
            result.scores().scores().forEach(score -> page.add(card(result, score)));
            page.add("</div>\n");
        } else {
            table(page);
        }
    }

    private String card(Result result, Score score) {
        Metric metric = score.metric();
        return "<section class=\"card score\"><h3>" + heading(metric) + "</h3><p class=\"figure\">"
                + ScoreFormat.value(metric, score.value()) + "</p>" + spread(score)
                + verdict(result, metric).map(EvaluationPage::change).orElse("")
                + "<p class=\"note\">" + Html.escape(score.definition()) + "</p></section>\n";
    }

    private void table(Page page) {
        List<Metric> metrics = ScoreFormat.metrics(evaluation);
        page.add("<div class=\"card scroll\"><table class=\"sweep\">\n<tr><th>Samples</th>");
        metrics.forEach(metric -> page.add("<th>" + heading(metric) + "</th>"));
        page.add("<th>Time</th></tr>\n");
        for (Result result : evaluation.results()) {
            page.add("<tr><td>" + Html.escape(ReportText.shortName(evaluation, result)) + "</td>");
            for (Metric metric : metrics) {
                page.add(result.scores()
                        .get(metric)
                        .map(score -> (best(score) ? "<td class=\"best\">" : "<td>")
                                + ScoreFormat.value(metric, score.value()) + narrowSpread(score)
                                + verdict(result, metric)
                                        .map(EvaluationPage::change)
                                        .orElse("") + "</td>")
                        .orElse("<td>&ndash;</td>"));
            }
            page.add("<td>" + ReportText.duration(result.seconds()) + "</td></tr>\n");
        }
        boolean intervals = scores().anyMatch(s -> s.interval().isPresent());
        boolean errors = scores().anyMatch(
                        s -> s.interval().isEmpty() && s.standardError().isPresent());
        page.add("</table></div>\n<p class=\"note\">The best of each column is marked."
                + (intervals ? " Brackets hold 95% confidence intervals." : "")
                + (errors ? " After &plusmn; stands one standard error." : "")
                + "</p>\n<dl class=\"card definitions\">\n");
        ReportText.definitions(evaluation)
                .forEach(score -> page.add(
                        "<dt>" + heading(score.metric()) + "</dt><dd>" + Html.escape(score.definition()) + "</dd>\n"));
        page.add("</dl>\n");
    }

    private Stream<Score> scores() {
        return evaluation.results().stream().flatMap(r -> r.scores().scores().stream());
    }

    private boolean best(Score score) {
        Metric metric = score.metric();
        return evaluation.results().stream()
                .flatMap(r -> r.scores().get(metric).stream())
                .noneMatch(other ->
                        metric.lowerIsBetter() ? other.value() < score.value() : other.value() > score.value());
    }

    private static String spread(Score score) {
        Metric metric = score.metric();
        if (score.interval().isPresent()) {
            return "<p class=\"spread\"><abbr title=\"95% confidence interval\">95%</abbr> "
                    + ScoreFormat.interval(metric, score.interval().get()) + "</p>";
        }
        return score.standardError().isPresent()
                ? "<p class=\"spread\">&plusmn; "
                        + ScoreFormat.value(metric, score.standardError().getAsDouble()) + " standard error</p>"
                : "";
    }

    /** As {@link #spread}, for a cell of a table. */
    private static String narrowSpread(Score score) {
        Metric metric = score.metric();
        if (score.interval().isPresent()) {
            Interval interval = score.interval().get();
            return "<p class=\"spread\">[" + ScoreFormat.value(metric, interval.low()) + ", "
                    + ScoreFormat.value(metric, interval.high()) + "]</p>";
        }
        return score.standardError().isPresent()
                ? "<p class=\"spread\">&plusmn; "
                        + ScoreFormat.value(metric, score.standardError().getAsDouble()) + "</p>"
                : "";
    }

    private static String change(Verdict verdict) {
        String style =
                verdict.regression() ? "bad" : verdict.worse() ? "worse" : verdict.change() == 0 ? "same" : "good";
        return "<p class=\"change " + style + "\" title=\"baseline "
                + ScoreFormat.value(verdict.metric(), verdict.before())
                + "\">" + ScoreFormat.change(verdict.metric(), verdict.change())
                + (verdict.regression()
                        ? " regression"
                        : verdict.worse() ? " worse" : verdict.change() == 0 ? "" : " better")
                + "</p>";
    }

    /** Curves over what was swept: the classifier scale, else the number of steps. */
    private void curves(Page page) {
        Optional<Sweep> swept = Sweep.of(evaluation);
        if (swept.isEmpty()) {
            return;
        }
        Sweep sweep = swept.get();
        page.heading("Over the " + sweep.title()).add("<div class=\"row\">\n");
        sweep.tradeOff()
                .ifPresent(chart -> page.chart(
                        "Fidelity and variety",
                        "each point is one " + sweep.title() + "; up and to the right is better",
                        chart.svg()));
        for (Metric metric : ScoreFormat.metrics(evaluation)) {
            sweep.chart(metric)
                    .ifPresent(chart -> page.chart(
                            metric.title(),
                            (metric.lowerIsBetter() ? "lower is better" : "higher is better")
                                    + (sweep.hasIntervals(metric) ? "; bars: 95% confidence" : ""),
                            chart.svg()));
        }
        page.add("</div>\n");
    }

    private void gallery(Page page) {
        List<Result> shown = evaluation.results().stream()
                .filter(r -> r.gallery().isPresent())
                .toList();
        if (shown.isEmpty()) {
            return;
        }
        page.heading("Samples");
        if (shown.size() == 1) {
            Result result = shown.get(0);
            Gallery gallery = result.gallery().get();
            int count = count(gallery.images(), 1, MOST_SAMPLES);
            page.paragraph(
                    "",
                    "The first " + count + " of "
                            + String.format(
                                    Locale.ROOT, "%,d", shown.get(0).samples().count()) + ", not picked by hand.");
            page.add("<div class=\"card\">")
                    .add(images(result, gallery, count, "Sample"))
                    .add("</div>\n");
            return;
        }
        page.paragraph(
                "",
                "The first of each set, not picked by hand. With the same seeds and labels, images at the same"
                        + " place grew from the same noise.");
        page.add("<div class=\"row\">\n");
        for (Result result : shown) {
            Gallery gallery = result.gallery().get();
            page.add("<figure class=\"card\"><figcaption>" + Html.escape(ReportText.shortName(evaluation, result))
                    + "<span>"
                    + result.scores()
                            .get(Metric.FID)
                            .map(s -> "FID " + ScoreFormat.value(Metric.FID, s.value()))
                            .orElse("")
                    + "</span></figcaption>");
            page.add(images(result, gallery, count(gallery.images(), shown.size(), MOST_SAMPLES_OF_SEVERAL), "Sample"));
            page.add("</figure>\n");
        }
        page.add("</div>\n");
    }

    private String images(Result result, Gallery gallery, int count, String what) {
        StringBuilder html = new StringBuilder("<div class=\"images" + size(gallery.images()) + "\">\n");
        for (int i = 0; i < count; i++) {
            String name = gallery.labels().isEmpty()
                    ? ""
                    : className(result, gallery.labels().get(i));
            html.append("<figure><img alt=\"")
                    .append(what)
                    .append(' ')
                    .append(i + 1)
                    .append(name.isEmpty() ? "" : ", " + Html.escape(name))
                    .append("\" src=\"")
                    .append(Page.address(gallery.images(), i))
                    .append("\">");
            if (!name.isEmpty()) {
                html.append("<figcaption title=\"")
                        .append(Html.escape(name))
                        .append("\">")
                        .append(Html.escape(name))
                        .append("</figcaption>");
            }
            html.append("</figure>\n");
        }
        return html.append("</div>\n").toString();
    }

    private void neighbors(Page page) {
        List<Result> shown = evaluation.results().stream()
                .filter(r -> r.gallery().filter(g -> !g.nearest().isEmpty()).isPresent())
                .toList();
        if (shown.isEmpty()) {
            return;
        }
        page.heading("Nearest reference images");
        page.paragraph(
                "",
                "Each sample beside the reference images whose features are nearest to its own, with the Euclidean"
                        + " distance between the feature vectors. A sample that repeats its neighbor may have been"
                        + " memorized.");
        boolean first = true;
        for (Result result : shown) {
            if (shown.size() > 1) {
                page.add("<details" + (first ? " open" : "") + "><summary>"
                        + Html.escape(ReportText.shortName(evaluation, result)) + "</summary>\n");
            }
            page.add(neighbors(result, result.gallery().get(), shown.size()));
            if (shown.size() > 1) {
                page.add("</details>\n");
            }
            first = false;
        }
    }

    private String neighbors(Result result, Gallery gallery, int galleries) {
        int most = gallery.nearest().stream()
                .mapToInt(n -> n.distances().size())
                .max()
                .orElse(0);
        int columns = Math.min(MOST_NEIGHBOURS, most);
        long fit = fit(gallery.nearest().get(0).images(), galleries) / (columns + 1);
        int rows = (int)
                Math.min(gallery.nearest().size(), Math.max(LEAST_IMAGES, Math.min(MOST_ROWS_OF_NEIGHBOURS, fit)));
        StringBuilder html = new StringBuilder("<div class=\"neighbors\">\n");
        for (int i = 0; i < rows; i++) {
            Gallery.Nearest nearest = gallery.nearest().get(i);
            String name = gallery.labels().isEmpty()
                    ? "sample"
                    : className(result, gallery.labels().get(i));
            html.append("<div class=\"card near")
                    .append(size(gallery.images()))
                    .append("\"><figure class=\"own\"><img alt=\"Sample ")
                    .append(i + 1)
                    .append("\" src=\"")
                    .append(Page.address(gallery.images(), i))
                    .append("\"><figcaption title=\"")
                    .append(Html.escape(name))
                    .append("\">")
                    .append(Html.escape(name))
                    .append("</figcaption></figure>\n");
            for (int n = 0; n < Math.min(columns, nearest.distances().size()); n++) {
                html.append("<figure><img alt=\"Reference image ")
                        .append(n + 1)
                        .append("\" src=\"")
                        .append(Page.address(nearest.images(), n))
                        .append("\"><figcaption>")
                        .append(distance(nearest.distances().get(n)))
                        .append("</figcaption></figure>\n");
            }
            html.append("</div>\n");
        }
        return html.append("</div>\n").toString();
    }

    private void classes(Page page) {
        List<Result> shown = evaluation.results().stream()
                .filter(r -> !r.scores().perClass().isEmpty())
                .toList();
        if (shown.isEmpty()) {
            return;
        }
        page.heading("Classes");
        page.paragraph(
                "",
                "Each class's samples against the reference images of that class. A heading sorts by its"
                        + " column. Small classes give coarse figures.");
        boolean first = true;
        for (Result result : shown) {
            if (shown.size() > 1) {
                page.add("<details" + (first ? " open" : "") + "><summary>"
                        + Html.escape(ReportText.shortName(evaluation, result)) + "</summary>\n");
            }
            page.add(classes(result));
            if (shown.size() > 1) {
                page.add("</details>\n");
            }
            first = false;
        }
    }

    private String classes(Result result) {
        List<ClassScores> classes = result.scores().perClass();
        List<Metric> metrics = Stream.of(Metric.values())
                .filter(m -> classes.stream().anyMatch(c -> find(c, m).isPresent()))
                .toList();
        StringBuilder html =
                new StringBuilder("<div class=\"card scroll tall\"><table class=\"sortable\">\n<thead><tr>");
        Stream.concat(
                        Stream.of("Class", "Samples", "Reference"),
                        metrics.stream().map(EvaluationPage::heading))
                .forEach(h ->
                        html.append("<th><button type=\"button\">").append(h).append("</button></th>"));
        html.append("</tr></thead>\n<tbody>\n");
        for (ClassScores one : classes) {
            String name = className(result, one.label());
            String number = String.valueOf(one.label());
            html.append("<tr><td data-value=\"")
                    .append(number)
                    .append("\">")
                    .append(Html.escape(name))
                    .append(name.equals(number) ? "" : " <span class=\"soft\">" + number + "</span>")
                    .append("</td>");
            html.append("<td>")
                    .append(one.sampleCount())
                    .append("</td><td>")
                    .append(one.referenceCount())
                    .append("</td>");
            metrics.forEach(metric -> html.append("<td>")
                    .append(find(one, metric)
                            .map(s -> ScoreFormat.value(metric, s.value()))
                            .orElse("&ndash;"))
                    .append("</td>"));
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    /** All changes of a single result; of several, whose table has them, those with a limit. */
    private void changes(Page page, Comparison c) {
        boolean several = evaluation.results().size() > 1;
        List<Verdict> shown = c.verdicts().stream()
                .filter(v -> !several || v.allowed().isPresent())
                .toList();
        if (shown.isEmpty()) {
            return;
        }
        page.heading("Against the baseline").paragraph("", c.baseline());
        page.add(
                "<div class=\"card scroll tall\"><table class=\"verdicts\">\n<tr>" + (several ? "<th>Samples</th>" : "")
                        + "<th>Metric</th><th>Baseline</th><th>Now</th><th>Change</th><th>Allowed</th><th>Verdict</th></tr>\n");
        Map<String, String> names = new LinkedHashMap<>();
        evaluation.results().forEach(r -> names.put(r.name(), ReportText.shortName(evaluation, r)));
        for (Verdict v : shown) {
            Metric metric = v.metric();
            page.add(
                    "<tr>" + (several ? "<td>" + Html.escape(names.getOrDefault(v.result(), v.result())) + "</td>" : "")
                            + "<td class=\"metric\">" + heading(metric) + "</td><td>"
                            + ScoreFormat.value(metric, v.before()) + "</td><td>"
                            + ScoreFormat.value(metric, v.now()) + "</td><td>" + ScoreFormat.change(metric, v.change())
                            + "</td><td>" + (v.allowed().isEmpty() ? "&ndash;" : v.limit()) + "</td><td class=\""
                            + (v.regression()
                                    ? "bad\">regression"
                                    : v.allowed().isPresent() ? "good\">within limit" : "soft\">no limit")
                            + "</td></tr>\n");
        }
        page.add("</table></div>\n");
    }

    private Optional<Verdict> verdict(Result result, Metric metric) {
        return comparison.flatMap(c -> c.of(result, metric));
    }

    private static Optional<Score> find(ClassScores scores, Metric metric) {
        return scores.scores().stream().filter(s -> s.metric() == metric).findFirst();
    }

    private String className(Result result, int label) {
        List<String> names = result.samples().classes();
        return label < names.size()
                ? names.get(label)
                : evaluation.model().map(m -> m.className(label)).orElse(String.valueOf(label));
    }

    private static String heading(Metric metric) {
        return Html.escape(metric.title())
                + (metric.lowerIsBetter()
                        ? " <span title=\"lower is better\">&#8595;</span>"
                        : " <span title=\"higher is better\">&#8593;</span>");
    }

    /** How many images of a set to show. */
    private static int count(Tensor images, int sets, int most) {
        return (int) Math.min(Math.min(images.dim(0), most), Math.max(LEAST_IMAGES, fit(images, sets)));
    }

    /** How many images of this size fit into one set's share of the page. */
    static long fit(Tensor images, int sets) {
        return PIXELS / sets / (images.dim(1) * images.dim(2));
    }

    static String size(Tensor images) {
        return images.dim(2) < SMALL ? " small" : "";
    }

    static String distance(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
