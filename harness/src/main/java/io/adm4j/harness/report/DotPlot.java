package io.adm4j.harness.report;

import io.adm4j.feedback.ShortDecimal;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The scores of several sets in one metric as inline SVG: a line a set, with a dot at its score and its interval, if that is
 * known.
 *
 * @param title of the metric
 * @param rows at least one
 */
record DotPlot(String title, List<Row> rows) {
    private static final int TOP = 8;
    private static final int LINE = 30;
    private static final int BOTTOM = 26;

    /**
     * A set.
     *
     * @param name at the left
     * @param low end of the interval; the value where it is not known
     * @param text of the value
     */
    record Row(String name, double value, double low, double high, String text) {}

    DotPlot {
        rows = List.copyOf(rows);
    }

    /** The sets that have the metric. */
    static DotPlot of(EvaluationReport evaluation, Metric metric) {
        List<Row> rows = new ArrayList<>();
        for (int r = 0; r < evaluation.results().size(); r++) {
            String name = ReportText.letter(r);
            evaluation.results().get(r).scores().get(metric).ifPresent(score -> {
                Interval interval = score.interval().orElse(new Interval(score.value(), score.value()));
                rows.add(new Row(name, score.value(), interval.low(), interval.high(), ScoreFormat.withSpread(score)));
            });
        }
        return new DotPlot(metric.title(), rows);
    }

    /** Whether any interval is known. */
    boolean hasIntervals() {
        return rows.stream().anyMatch(row -> row.high() > row.low());
    }

    String svg() {
        Axis axis = Axis.around(ends().min().orElseThrow(), ends().max().orElseThrow());
        double left = 16
                + rows.stream().mapToDouble(row -> Svg.width(row.name())).max().orElseThrow();
        double width = Svg.WIDTH - 18 - left;
        int bottom = TOP + LINE * rows.size();
        Svg svg = new Svg(description(), bottom + BOTTOM);
        for (double tick : axis.ticks()) {
            double x = left + axis.share(tick) * width;
            svg.line("axis", x, TOP, x, bottom);
            svg.text(x, bottom + 18, "middle", "", ShortDecimal.of(tick));
        }
        for (int r = 0; r < rows.size(); r++) {
            Row row = rows.get(r);
            String style = LineChart.style(r);
            double y = TOP + LINE * (r + 0.5);
            svg.text(0, y + 5, "start", "name " + style + "-fill", row.name());
            svg.line(
                    "range " + style,
                    left + axis.share(row.low()) * width,
                    y,
                    left + axis.share(row.high()) * width,
                    y);
            svg.dot(style, left + axis.share(row.value()) * width, y, row.name() + " " + row.text());
        }
        return svg.toString();
    }

    private DoubleStream ends() {
        return rows.stream().flatMapToDouble(row -> DoubleStream.of(row.low(), row.value(), row.high()));
    }

    /** All values, for those who do not see the drawing. */
    private String description() {
        StringBuilder text = new StringBuilder(title).append(':');
        rows.forEach(row -> text.append(' ')
                .append(row.name())
                .append(' ')
                .append(row.text())
                .append(';'));
        return text.toString();
    }
}
