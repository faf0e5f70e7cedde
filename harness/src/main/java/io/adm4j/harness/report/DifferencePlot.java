package io.adm4j.harness.report;

import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.SampleComparison;
import java.util.List;

/**
 * The differences between two sets as inline SVG: a line a metric, in units of half its interval, so that all bars are about
 * as long, and turned so that right is better. A bar that crosses the line in the middle is within noise.
 *
 * @param first name of the set that is compared with
 * @param second name of the other
 */
record DifferencePlot(String first, String second, List<Row> rows) {
    /** Units to each side; what is farther stands at the edge. */
    private static final double REACH = 5;

    private static final int TOP = 24;
    private static final int LINE = 24;
    private static final int BOTTOM = 4;

    /**
     * A metric.
     *
     * @param value the difference in half intervals; positive where the second is better
     * @param style class of the drawing: {@code better}, {@code worse} or {@code noise}
     * @param text the difference in the metric's own units
     */
    record Row(String name, double value, double low, double high, String style, String text) {}

    DifferencePlot {
        rows = List.copyOf(rows);
    }

    /** Those with an interval. */
    static DifferencePlot of(SampleComparison comparison) {
        return new DifferencePlot(
                ReportText.letter(comparison.first()),
                ReportText.letter(comparison.second()),
                comparison.differences().stream()
                        .flatMap(d -> d.interval().filter(i -> i.high() > i.low()).map(i -> row(d, i)).stream())
                        .toList());
    }

    private static Row row(Difference difference, Interval interval) {
        double unit = (interval.high() - interval.low()) / 2;
        boolean turned = difference.metric().lowerIsBetter();
        return new Row(
                difference.metric().title(),
                (turned ? -difference.value() : difference.value()) / unit,
                (turned ? -interval.high() : interval.low()) / unit,
                (turned ? -interval.low() : interval.high()) / unit,
                !difference.significant() ? "noise" : difference.better() ? "better" : "worse",
                DifferenceText.withInterval(difference));
    }

    String svg() {
        double left = 12
                + rows.stream().mapToDouble(row -> Svg.width(row.name())).max().orElse(0);
        double right = Svg.WIDTH - 10;
        double middle = (left + right) / 2;
        int bottom = TOP + LINE * rows.size();
        Svg svg = new Svg(description(), bottom + BOTTOM);
        svg.line("axis", middle, TOP - 4, middle, bottom);
        svg.text(middle - 8, 14, "end", "", first + " is better");
        svg.text(middle + 8, 14, "start", "", second + " is better");
        for (int r = 0; r < rows.size(); r++) {
            Row row = rows.get(r);
            double y = TOP + LINE * (r + 0.5);
            svg.text(0, y + 4, "start", "name", row.name());
            svg.line("range " + row.style(), x(row.low(), left, right), y, x(row.high(), left, right), y);
            svg.dot(row.style(), x(row.value(), left, right), y, row.name() + " " + row.text());
        }
        return svg.toString();
    }

    private static double x(double value, double left, double right) {
        double share = (Math.max(-REACH, Math.min(REACH, value)) + REACH) / (2 * REACH);
        return left + share * (right - left);
    }

    /** All differences, for those who do not see the drawing. */
    private String description() {
        StringBuilder text = new StringBuilder("Differences of ")
                .append(second)
                .append(" from ")
                .append(first)
                .append(':');
        rows.forEach(row -> text.append(' ')
                .append(row.name())
                .append(' ')
                .append(row.text())
                .append(';'));
        return text.toString();
    }
}
